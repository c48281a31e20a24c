//! Our SQL functions and collations, registered on each connection.

mod aggregate;
mod arithmetic;
mod collation;
mod collect;
mod document;
mod fit;
mod json;
mod list;
mod number;
mod pattern;
mod reckon;
mod register;
mod scalar;
mod spelling;
mod spread;
mod text;
mod total;
mod words;

use collect::Members;
use number::Number;
use spread::Spread;
use total::Total;

use super::handle::Handle;
use crate::error::Result;

/// Registers all of them. They are deterministic and innocuous, so that indexes and views may use them.
pub fn register(handle: &Handle) -> Result<()> {
    collation::register(handle)?;
    scalar::register(handle, c"oxyde_beyond", 3, spelling::beyond)?;
    scalar::register(handle, c"oxyde_int", 1, spelling::int)?;
    scalar::register(handle, c"oxyde_moment", 1, spelling::moment)?;
    scalar::register(handle, c"oxyde_time", 1, spelling::time)?;
    scalar::register(handle, c"oxyde_uuid", 1, spelling::uuid)?;
    scalar::register(handle, c"oxyde_uuid", 2, spelling::uuid)?;
    aggregates(handle)?;
    scalar::register(handle, c"oxyde_decimal_add", 2, |arguments| arithmetic::two(arguments, arithmetic::add))?;
    scalar::register(handle, c"oxyde_decimal_sub", 2, |arguments| arithmetic::two(arguments, arithmetic::subtract))?;
    scalar::register(handle, c"oxyde_decimal_mul", 2, |arguments| arithmetic::two(arguments, arithmetic::multiply))?;
    scalar::refusing(handle, c"oxyde_decimal_div", 2, |arguments| arithmetic::two(arguments, arithmetic::divide))?;
    scalar::refusing(handle, c"oxyde_decimal_mod", 2, |arguments| arithmetic::two(arguments, arithmetic::remainder))?;
    scalar::register(handle, c"oxyde_decimal_round", 2, |arguments| arithmetic::round(arguments, Number::round))?;
    scalar::refusing(handle, c"oxyde_decimal_even", 2, |arguments| arithmetic::round(arguments, Number::even))?;
    scalar::refusing(handle, c"oxyde_decimal_floor", 1, |arguments| arithmetic::one(arguments, Number::floor))?;
    scalar::refusing(handle, c"oxyde_decimal_ceil", 1, |arguments| arithmetic::one(arguments, Number::ceil))?;
    scalar::register(handle, c"oxyde_decimal_neg", 1, |arguments| arithmetic::one(arguments, arithmetic::negate))?;
    scalar::register(handle, c"oxyde_decimal_abs", 1, |arguments| arithmetic::one(arguments, arithmetic::absolute))?;
    scalar::refusing(handle, c"oxyde_fit_int", 1, fit::int)?;
    scalar::refusing(handle, c"oxyde_fit_decimal", 3, fit::decimal)?;
    scalar::refusing(handle, c"oxyde_fit_decimal", 4, fit::decimal)?;
    scalar::refusing(handle, c"oxyde_fit_moment", 1, fit::moment)?;
    numbers(handle)?;
    texts(handle)?;
    scalar::register(handle, c"oxyde_json_equals", 2, json::equals)?;
    scalar::register(handle, c"oxyde_json_get", -1, document::get)?;
    scalar::register(handle, c"oxyde_json_text", 1, document::string)?;
    scalar::register(handle, c"oxyde_json_plain", 2, document::plain)?;
    scalar::register(handle, c"oxyde_json_order", 3, document::order)?;
    scalar::register(handle, c"oxyde_json_contains", 2, document::contains)?;
    scalar::register(handle, c"oxyde_list_contains", 3, |arguments| list::members(arguments, list::contains))?;
    scalar::register(handle, c"oxyde_list_within", 3, |arguments| list::members(arguments, list::within))?;
    scalar::register(handle, c"oxyde_list_overlaps", 3, |arguments| list::members(arguments, list::overlaps))?;
    scalar::register(handle, c"oxyde_words", 2, words::query)?;
    scalar::register(handle, c"oxyde_endswith", 2, pattern::ends_with)?;
    scalar::register(handle, c"oxyde_regexp", 3, pattern::regexp())
}

/// Registers the aggregates.
fn aggregates(handle: &Handle) -> Result<()> {
    aggregate::register::<Total<false>>(handle, c"oxyde_decimal_sum")?;
    aggregate::register::<Total<true>>(handle, c"oxyde_decimal_avg")?;
    aggregate::register::<Spread<false, false>>(handle, c"oxyde_var_pop")?;
    aggregate::register::<Spread<true, false>>(handle, c"oxyde_var_samp")?;
    aggregate::register::<Spread<false, true>>(handle, c"oxyde_stddev_pop")?;
    aggregate::register::<Spread<true, true>>(handle, c"oxyde_stddev_samp")?;
    aggregate::register::<Members<false, false>>(handle, c"oxyde_list")?;
    aggregate::register::<Members<true, false>>(handle, c"oxyde_list_of_truth")?;
    aggregate::register::<Members<false, true>>(handle, c"oxyde_list_of_json")?;
    scalar::refusing(handle, c"oxyde_joined", 2, collect::joined)
}

/// Registers the functions of integers and floats.
fn numbers(handle: &Handle) -> Result<()> {
    scalar::refusing(handle, c"oxyde_add", 2, |arguments| reckon::floats(arguments, |left, right| Ok(left + right)))?;
    scalar::refusing(handle, c"oxyde_sub", 2, |arguments| reckon::floats(arguments, |left, right| Ok(left - right)))?;
    scalar::refusing(handle, c"oxyde_mul", 2, |arguments| reckon::floats(arguments, |left, right| Ok(left * right)))?;
    scalar::refusing(handle, c"oxyde_divide", 2, |arguments| reckon::floats(arguments, reckon::divide))?;
    scalar::refusing(handle, c"oxyde_power", 2, |arguments| reckon::floats(arguments, reckon::power))?;
    scalar::refusing(handle, c"oxyde_floor_divide", 2, reckon::floor_divide)?;
    scalar::refusing(handle, c"oxyde_modulo", 2, reckon::modulo)?;
    scalar::refusing(handle, c"oxyde_sqrt", 1, reckon::sqrt)?;
    scalar::refusing(handle, c"oxyde_abs", 1, reckon::absolute)?;
    scalar::refusing(handle, c"oxyde_floor", 1, |arguments| reckon::whole(arguments, f64::floor))?;
    scalar::refusing(handle, c"oxyde_ceil", 1, |arguments| reckon::whole(arguments, f64::ceil))?;
    scalar::refusing(handle, c"oxyde_round", 2, reckon::round)?;
    scalar::refusing(handle, c"oxyde_truncate", 1, reckon::truncate)?;
    scalar::refusing(handle, c"oxyde_float", 1, reckon::float)
}

/// Registers the functions of text.
fn texts(handle: &Handle) -> Result<()> {
    scalar::refusing(handle, c"oxyde_fit_text", 2, text::fitted)?;
    scalar::refusing(handle, c"oxyde_upper", 1, |arguments| text::mapped(arguments, text::upper))?;
    scalar::refusing(handle, c"oxyde_lower", 1, |arguments| text::mapped(arguments, text::lower))?;
    scalar::refusing(handle, c"oxyde_trim", 1, |arguments| text::mapped(arguments, text::trim))?;
    scalar::refusing(handle, c"oxyde_length", 1, text::length)?;
    scalar::refusing(handle, c"oxyde_substr", 2, text::part)?;
    scalar::refusing(handle, c"oxyde_substr", 3, text::part)?;
    scalar::refusing(handle, c"oxyde_read_int", 1, text::read_int)?;
    scalar::refusing(handle, c"oxyde_read_float", 1, text::read_float)?;
    scalar::refusing(handle, c"oxyde_read_decimal", 1, text::read_decimal)?;
    scalar::refusing(handle, c"oxyde_read_bool", 1, text::read_bool)
}
