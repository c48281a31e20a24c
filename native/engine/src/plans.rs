//! A cache of plans by shape, which evicts the least recently used.

use std::collections::HashMap;
use std::sync::Arc;

use crate::plan::Plan;

/// The number of cached plans; an application with more statements renders some of them again.
const CAPACITY: usize = 1_024;

#[derive(Default)]
pub struct Plans {
    known: HashMap<Box<[u8]>, (Arc<Plan>, u64)>,
    clock: u64,
}

impl Plans {
    pub fn get(&mut self, shape: &[u8]) -> Option<Arc<Plan>> {
        let (plan, used) = self.known.get_mut(shape)?;
        self.clock += 1;
        *used = self.clock;
        Some(Arc::clone(plan))
    }

    pub fn insert(&mut self, shape: &[u8], plan: Arc<Plan>) {
        if self.known.len() >= CAPACITY {
            // Evicts an eighth at a time, so that a series of new shapes does not scan the table each time.
            let mut used: Vec<u64> = self.known.values().map(|(_, used)| *used).collect();
            let (_, limit, _) = used.select_nth_unstable(CAPACITY / 8);
            let limit = *limit;
            self.known.retain(|_, (_, used)| *used >= limit);
        }
        self.clock += 1;
        self.known.insert(shape.into(), (plan, self.clock));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxyde_ir::Program;

    #[test]
    fn the_least_used_go_first() {
        let mut plans = Plans::default();
        for n in 0..CAPACITY {
            plans.insert(&n.to_be_bytes(), Arc::new(Plan::new(Program::default())));
        }
        assert!(plans.get(&0_usize.to_be_bytes()).is_some());
        plans.insert(b"one more", Arc::new(Plan::new(Program::default())));
        assert!(plans.known.len() <= CAPACITY);
        assert!(plans.get(&0_usize.to_be_bytes()).is_some());
        assert!(plans.get(&1_usize.to_be_bytes()).is_none());
        assert!(plans.get(b"one more").is_some());
    }
}
