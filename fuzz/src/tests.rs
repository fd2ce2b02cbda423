//! The short form: enough inputs to notice what is broken, in a few seconds.

use crate::{TARGETS, Target, hunt};

/// How many inputs each target is given.
const INPUTS: u64 = 1_000;

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let target = Target::find(stringify!($name)).unwrap();
                hunt(target, 0..INPUTS).unwrap_or_else(|finding| panic!("{finding}"));
            }
        )*

        #[test]
        fn each_target_has_its_test() {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

targets! {
    address challenge config document heard hint journal json merge number pattern request rules store tokens typed vault
}
