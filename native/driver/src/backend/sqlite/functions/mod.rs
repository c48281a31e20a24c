//! The functions and the collations that our statements use beyond SQLite's own, registered on each connection.

mod aggregate;
mod arithmetic;
mod collation;
mod fit;
mod json;
mod number;
mod pattern;
mod register;
mod scalar;
mod spelling;

use super::handle::Handle;
use crate::error::Result;

/// Registers all of them. They are deterministic and reach nothing outside, so that indexes and views may use them.
pub fn register(handle: &Handle) -> Result<()> {
    collation::register(handle)?;
    scalar::register(handle, c"oxyde_beyond", 3, spelling::beyond)?;
    scalar::register(handle, c"oxyde_int", 1, spelling::int)?;
    scalar::register(handle, c"oxyde_moment", 1, spelling::moment)?;
    scalar::register(handle, c"oxyde_time", 1, spelling::time)?;
    scalar::register(handle, c"oxyde_uuid", 1, spelling::uuid)?;
    scalar::register(handle, c"oxyde_uuid", 2, spelling::uuid)?;
    aggregate::register(handle)?;
    scalar::register(handle, c"oxyde_decimal_add", 2, |arguments| arithmetic::two(arguments, arithmetic::add))?;
    scalar::register(handle, c"oxyde_decimal_sub", 2, |arguments| arithmetic::two(arguments, arithmetic::subtract))?;
    scalar::register(handle, c"oxyde_decimal_mul", 2, |arguments| arithmetic::two(arguments, arithmetic::multiply))?;
    scalar::register(handle, c"oxyde_decimal_div", 2, |arguments| arithmetic::two(arguments, arithmetic::divide))?;
    scalar::register(handle, c"oxyde_decimal_mod", 2, |arguments| arithmetic::two(arguments, arithmetic::remainder))?;
    scalar::register(handle, c"oxyde_decimal_round", 2, arithmetic::round)?;
    scalar::register(handle, c"oxyde_decimal_neg", 1, |arguments| arithmetic::one(arguments, arithmetic::negate))?;
    scalar::register(handle, c"oxyde_decimal_abs", 1, |arguments| arithmetic::one(arguments, arithmetic::absolute))?;
    scalar::refusing(handle, c"oxyde_fit_int", 1, fit::int)?;
    scalar::refusing(handle, c"oxyde_fit_float", -1, fit::float)?;
    scalar::refusing(handle, c"oxyde_fit_decimal", 3, fit::rounded)?;
    scalar::refusing(handle, c"oxyde_fit_moment", 1, fit::moment)?;
    scalar::refusing(handle, c"oxyde_fit_divisor", 1, fit::divisor)?;
    scalar::register(handle, c"oxyde_json_equals", 2, json::equals)?;
    scalar::register(handle, c"oxyde_endswith", 2, pattern::ends_with)?;
    scalar::register(handle, c"oxyde_regexp", 3, pattern::regexp())
}
