//! Blocks on their way through the compressors and back into order.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};

use super::BLOCKS_BYTES;
use super::pieces::Gone;
use super::pipeline::Message;
use crate::codec::{Block, BlockEncoder, Blocks, EncodeError, Encoding, Frame};

/// The memory of a block before and behind the compressor.
#[derive(Default)]
pub(super) struct Slot {
    input: Vec<u8>,
    pub(super) output: Vec<u8>,
}

/// A block to be compressed.
pub(super) struct Job {
    block: Block,
    output: Vec<u8>,
    done: SyncSender<Done>,
}

/// A block that is.
pub(super) struct Done {
    pub(super) outcome: Result<(), EncodeError>,
    pub(super) slot: Slot,
}

/// What compresses one layer: the compressors, and the memory for as many blocks as may be on their way.
pub(super) struct Workers {
    pub(super) encoders: Vec<BlockEncoder>,
    pub(super) slots: usize,
}

impl Workers {
    /// Compressors for so many threads, as far as the memory goes; none when nothing is compressed.
    pub(super) fn new(encoding: &Encoding, threads: usize) -> Result<Self, EncodeError> {
        let block_bytes = Blocks::block_bytes(encoding.compression).max(1);
        // One is being filled while the others are compressed, and as many again wait on either side.
        let slots = (BLOCKS_BYTES / block_bytes).min(2 * threads + 2);
        let mut encoders = Vec::new();
        for _ in 0..threads.min(slots - 1) {
            encoders.extend(BlockEncoder::new(encoding)?);
        }
        Ok(Self { encoders, slots })
    }
}

/// Compresses what comes, until nothing more can come.
pub(super) fn work(mut encoder: BlockEncoder, jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { block, mut output, done }) = job else { return };
        let outcome = encoder.encode(&block, &mut output);
        let slot = Slot { input: block.into_memory(), output };
        // Nobody waits for it any more when writing failed.
        let _ = done.send(Done { outcome, slot });
    }
}

/// Cuts the tar into blocks and hands them to the compressors.
pub(super) struct Cutter {
    frame: Frame,
    blocks: Blocks,
    /// For the block that is being filled.
    output: Vec<u8>,
    free: Receiver<Slot>,
    jobs: Sender<Job>,
    messages: Sender<Message>,
}

impl Cutter {
    /// A cutter, and where the memory of blocks comes back to.
    pub(super) fn new(
        encoding: &Encoding,
        slots: usize,
        jobs: Sender<Job>,
        messages: Sender<Message>,
    ) -> (Self, Sender<Slot>) {
        let (home, free) = channel();
        // The one that is filled first has its own.
        for _ in 1..slots {
            let _ = home.send(Slot::default());
        }
        let frame = Frame::new(encoding.compression);
        let blocks = Blocks::new(encoding.compression);
        (Self { frame, blocks, output: Vec::new(), free, jobs, messages }, home)
    }

    pub(super) fn begin(&self) -> Result<(), Gone> {
        self.messages.send(Message::Bytes(self.frame.header().to_vec())).map_err(|_| Gone)
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<(), Gone> {
        self.frame.count(bytes);
        while !bytes.is_empty() {
            let mut next = Vec::new();
            let block = self.blocks.take(&mut bytes, || {
                let slot = self.free.recv().map_err(|_| Gone)?;
                next = slot.output;
                Ok(slot.input)
            })?;
            if let Some(block) = block {
                let output = std::mem::replace(&mut self.output, next);
                self.hand_out(block, output)?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<(), Gone> {
        if let Some(block) = self.blocks.last() {
            let output = std::mem::take(&mut self.output);
            self.hand_out(block, output)?;
        }
        let mut trailer = Vec::new();
        self.frame.trailer(&mut trailer);
        self.messages.send(Message::Bytes(trailer)).map_err(|_| Gone)
    }

    fn hand_out(&self, block: Block, output: Vec<u8>) -> Result<(), Gone> {
        let (done, result) = sync_channel(1);
        self.messages.send(Message::Block(result)).map_err(|_| Gone)?;
        self.jobs.send(Job { block, output, done }).map_err(|_| Gone)
    }
}
