//! One after the other, without a runtime.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Lets those who wait for it through one at a time, in the order in which they came.
#[derive(Debug, Default)]
pub struct Turn(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    /// Whose turn it is.
    current: Option<u64>,
    /// Who came last.
    last: u64,
    waiting: VecDeque<(u64, Waker)>,
}

/// Having the turn. It passes to the next one when this is dropped.
#[derive(Debug)]
pub(super) struct Having<'a>(&'a Turn);

/// The same, for who keeps the turn's owner alive.
#[derive(Debug)]
pub struct OwnedTurn(Arc<Turn>);

/// Waiting for the turn.
struct Waiting<'a> {
    turn: &'a Turn,
    ticket: Option<u64>,
}

impl Turn {
    /// Waits for the turn.
    pub(super) async fn take(&self) -> Having<'_> {
        Waiting { turn: self, ticket: None }.await
    }

    /// Waits for the turn, and holds on to its owner.
    pub async fn take_owned(turn: &Arc<Self>) -> OwnedTurn {
        let having = turn.take().await;
        std::mem::forget(having);
        OwnedTurn(Arc::clone(turn))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes the turn on.
    fn pass(&self) {
        let mut queue = self.queue();
        let next = queue.waiting.pop_front();
        queue.current = next.as_ref().map(|(ticket, _)| *ticket);
        drop(queue);
        if let Some((_, waker)) = next {
            waker.wake();
        }
    }
}

impl<'a> Future for Waiting<'a> {
    type Output = Having<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Having<'a>> {
        let turn = self.turn;
        let mut queue = turn.queue();
        let ticket = match self.ticket {
            Some(ticket) => ticket,
            None => {
                queue.last += 1;
                self.ticket = Some(queue.last);
                queue.last
            }
        };
        if queue.current.is_none() {
            queue.current = Some(ticket);
        }
        if queue.current == Some(ticket) {
            self.ticket = None;
            return Poll::Ready(Having(turn));
        }
        match queue.waiting.iter_mut().find(|(waiting, _)| *waiting == ticket) {
            Some((_, waker)) => waker.clone_from(context.waker()),
            None => queue.waiting.push_back((ticket, context.waker().clone())),
        }
        Poll::Pending
    }
}

/// Who no longer waits is passed over, also when the turn has just come.
impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut queue = self.turn.queue();
        queue.waiting.retain(|(waiting, _)| *waiting != ticket);
        let has_turn = queue.current == Some(ticket);
        drop(queue);
        if has_turn {
            self.turn.pass();
        }
    }
}

impl Drop for OwnedTurn {
    fn drop(&mut self) {
        self.0.pass();
    }
}

impl Drop for Having<'_> {
    fn drop(&mut self) {
        self.0.pass();
    }
}
