//! BLAKE3 in little code, for wasm: the crate of its authors adds 10 KB to the core module, gzipped, and this 2 KB.
//!
//! Hashing only, after the BLAKE3 paper (2020), sections 2.1 to 2.5: chunks of 1,024 bytes, each a chain of blocks, are
//! the leaves of a binary tree.

const IV: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
/// Which word of the message stands at each place in the next round.
const ORDER: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const BLOCK: usize = 64;
const BLOCKS_IN_CHUNK: u32 = 16;

const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const PARENT: u32 = 4;
const ROOT: u32 = 8;

type Chaining = [u32; 8];
/// Four words that are worked on at once.
type Row = [u32; 4];

/// What was computed.
pub struct Hash([u8; 32]);

impl Hash {
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What has been taken in.
#[derive(Clone)]
pub struct Hasher {
    /// Of the chunk so far.
    chaining: Chaining,
    /// The block, with zeros after what is taken of it.
    block: [u8; BLOCK],
    /// Bytes of the block that are taken.
    filled: usize,
    /// Whole blocks of the chunk before this one.
    blocks: u32,
    /// Whole chunks before this one.
    chunks: u64,
    /// Roots of the whole subtrees to the left, the largest first.
    subtrees: Vec<Chaining>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { chaining: IV, block: [0; BLOCK], filled: 0, blocks: 0, chunks: 0, subtrees: Vec::new() }
    }
}

impl Hasher {
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // A full block waits until there is more: the last one is compressed differently.
            if self.filled == BLOCK {
                self.next_block();
            }
            let room = self.block.get_mut(self.filled..).unwrap_or_default();
            let taken = room.len().min(bytes.len());
            for (place, byte) in room.iter_mut().zip(bytes) {
                *place = *byte;
            }
            self.filled += taken;
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    pub fn finalize(&self) -> Hash {
        let mut node = self.node();
        for left in self.subtrees.iter().rev() {
            node = Node::parent(*left, node.chaining());
        }
        node.flags |= ROOT;
        let mut digest = [0; 32];
        for (place, word) in digest.chunks_exact_mut(4).zip(node.chaining()) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        Hash(digest)
    }

    /// The block that is being filled, as the last of its chunk if it is.
    fn node(&self) -> Node {
        let mut block = [0; 16];
        for (word, bytes) in block.iter_mut().zip(self.block.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let start = if self.blocks == 0 { CHUNK_START } else { 0 };
        Node {
            chaining: self.chaining,
            block,
            counter: self.chunks,
            // At most 64.
            length: self.filled as u32,
            flags: start | CHUNK_END,
        }
    }

    fn next_block(&mut self) {
        let mut node = self.node();
        (self.block, self.filled) = ([0; BLOCK], 0);
        self.blocks += 1;
        if self.blocks < BLOCKS_IN_CHUNK {
            node.flags &= !CHUNK_END;
            self.chaining = node.chaining();
            return;
        }
        let mut chaining = node.chaining();
        self.chunks += 1;
        // Each even count of subtrees of one size is subtrees of the next size.
        for _ in 0..self.chunks.trailing_zeros() {
            let Some(left) = self.subtrees.pop() else { break };
            chaining = Node::parent(left, chaining).chaining();
        }
        self.subtrees.push(chaining);
        (self.chaining, self.blocks) = (IV, 0);
    }
}

/// What one compression takes.
struct Node {
    chaining: Chaining,
    block: [u32; 16],
    counter: u64,
    length: u32,
    flags: u32,
}

impl Node {
    fn parent(left: Chaining, right: Chaining) -> Self {
        let mut block = [0; 16];
        for (place, word) in block.iter_mut().zip(left.into_iter().chain(right)) {
            *place = word;
        }
        Self { chaining: IV, block, counter: 0, length: BLOCK as u32, flags: PARENT }
    }

    fn chaining(&self) -> Chaining {
        let [a0, a1, a2, a3, b0, b1, b2, b3] = self.chaining;
        let (low, high) = (self.counter as u32, (self.counter >> 32) as u32);
        let mut rows = [
            [a0, a1, a2, a3],
            [b0, b1, b2, b3],
            [IV[0], IV[1], IV[2], IV[3]],
            [low, high, self.length, self.flags],
        ];
        let mut block = self.block;
        for _ in 0..7 {
            let [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, ma, mb, mc, md, me, mf] = block;
            mix(&mut rows, [m0, m2, m4, m6], [m1, m3, m5, m7]);
            rows = turned(rows);
            mix(&mut rows, [m8, ma, mc, me], [m9, mb, md, mf]);
            rows = turned_back(rows);
            block = ORDER.map(|place| block[place]);
        }
        let [a, b, c, d] = rows;
        let (left, right) = (pairs(a, c, |a, c| a ^ c), pairs(b, d, |b, d| b ^ d));
        [left[0], left[1], left[2], left[3], right[0], right[1], right[2], right[3]]
    }
}

/// One half of a round: on the columns, or on the diagonals when the rows are turned.
fn mix([a, b, c, d]: &mut [Row; 4], x: Row, y: Row) {
    for (message, first, second) in [(x, 16, 12), (y, 8, 7)] {
        *a = pairs(pairs(*a, *b, u32::wrapping_add), message, u32::wrapping_add);
        *d = pairs(*d, *a, |d, a| (d ^ a).rotate_right(first));
        *c = pairs(*c, *d, u32::wrapping_add);
        *b = pairs(*b, *c, |b, c| (b ^ c).rotate_right(second));
    }
}

/// The rows with each turned to the left by its number, so that diagonals become columns.
fn turned([a, [b0, b1, b2, b3], [c0, c1, c2, c3], [d0, d1, d2, d3]]: [Row; 4]) -> [Row; 4] {
    [a, [b1, b2, b3, b0], [c2, c3, c0, c1], [d3, d0, d1, d2]]
}

fn turned_back([a, [b0, b1, b2, b3], [c0, c1, c2, c3], [d0, d1, d2, d3]]: [Row; 4]) -> [Row; 4] {
    [a, [b3, b0, b1, b2], [c2, c3, c0, c1], [d1, d2, d3, d0]]
}

fn pairs(a: Row, b: Row, both: impl Fn(u32, u32) -> u32) -> Row {
    [both(a[0], b[0]), both(a[1], b[1]), both(a[2], b[2]), both(a[3], b[3])]
}
