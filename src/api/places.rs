//! Places for connections: so many in all, and so many for each address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for connections.
#[derive(Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    each: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// The place of one connection; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    neighbourhood: IpAddr,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    /// Room for `all` connections, 1 or more, of which one address may have `each`.
    pub(super) fn new(all: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { all: Arc::new(Semaphore::new(all.max(1))), each, taken: Mutex::default() })
    }

    /// Waits until there is room for another connection. None never comes: the places are not closed.
    pub(super) async fn free(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// A place for a connection from an address; none if the address has all that one may have.
    pub(super) fn take(self: &Arc<Self>, permit: OwnedSemaphorePermit, address: IpAddr) -> Option<Place> {
        let neighbourhood = neighbourhood(address);
        let mut taken = self.taken.lock();
        let own = taken.entry(neighbourhood).or_default();
        if *own >= self.each {
            return None;
        }
        *own += 1;
        Some(Place { places: Arc::clone(self), neighbourhood, _permit: permit })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        if let Some(own) = taken.get_mut(&self.neighbourhood) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.neighbourhood);
            }
        }
    }
}

/// What counts as one address: with IPv6, a single machine usually has 2^64 of them.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn take(places: &Arc<Places>, address: &str) -> Option<Place> {
        let permit = places.free().await.unwrap();
        places.take(permit, address.parse().unwrap())
    }

    #[tokio::test]
    async fn one_address_cannot_have_every_place() {
        let places = Places::new(8, 2);
        let first = take(&places, "192.0.2.1").await.unwrap();
        let _second = take(&places, "::ffff:192.0.2.1").await.unwrap();
        assert!(take(&places, "192.0.2.1").await.is_none());
        let _third = take(&places, "2001:db8::1").await.unwrap();
        let _fourth = take(&places, "2001:db8::1:2").await.unwrap();
        assert!(take(&places, "2001:db8::3").await.is_none());
        let _other = take(&places, "2001:db8:0:1::1").await.unwrap();
        drop(first);
        let _again = take(&places, "192.0.2.1").await.unwrap();
        assert_eq!(places.all.available_permits(), 3, "a refused connection keeps no place");
    }

    #[tokio::test]
    async fn an_address_that_has_left_is_forgotten() {
        let places = Places::new(1, 1);
        drop(take(&places, "192.0.2.1").await.unwrap());
        assert!(places.taken.lock().is_empty());
    }
}
