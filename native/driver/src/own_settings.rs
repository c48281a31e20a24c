//! Session settings that Oxyde depends on: changing them would alter how values are decoded or what its
//! SQL means.

use oxyde_ir::Family;

use crate::call::is;
use crate::error::{Error, Kind, Result};
use crate::lexer::{Token, code};

/// A setting, the values that equal ours, and the remedy instead of changing it.
struct Own {
    names: &'static [&'static str],
    values: &'static [&'static str],
    instead: &'static str,
}

const POSTGRES: [Own; 2] = [
    Own {
        names: &["CLIENT_ENCODING", "NAMES"],
        values: &["UTF8", "UTF-8", "UNICODE"],
        instead: "text travels as UTF-8, whatever the database stores; convert in SQL with convert_to(), and give COPY its ENCODING",
    },
    Own {
        names: &["STANDARD_CONFORMING_STRINGS"],
        values: &["ON", "TRUE", "1", "YES"],
        instead: "write strings with backslashes as E'...'",
    },
];

const MYSQL: [Own; 4] = [
    Own {
        names: &["NAMES", "CHARACTER", "CHARSET", "CHARACTER_SET_CLIENT", "CHARACTER_SET_CONNECTION", "CHARACTER_SET_RESULTS"],
        values: &["UTF8MB4"],
        instead: "text travels as utf8mb4, whatever the tables store; convert in SQL with CONVERT(x USING ...)",
    },
    Own { names: &["TIME_ZONE"], values: &["+00:00", "UTC"], instead: "times travel in UTC; convert in SQL with CONVERT_TZ()" },
    Own {
        names: &["SQL_MODE"],
        values: &[],
        instead: "set it for one statement: SET STATEMENT sql_mode = '...' FOR ... on MariaDB, /*+ SET_VAR(sql_mode = '...') */ on MySQL",
    },
    Own { names: &["SQL_SELECT_LIMIT", "SQL_AUTO_IS_NULL"], values: &[], instead: "say LIMIT, or the condition, in the statement" },
];

/// Refuses to change such a setting inside an atomic block, where later statements use the same
/// connection.
pub fn refuse_own(text: &str, family: Family) -> Result<()> {
    let own: &[Own] = match family {
        Family::Postgres => &POSTGRES,
        Family::Mysql | Family::Mariadb => &MYSQL,
        Family::Sqlite => return Ok(()),
    };
    let found: Vec<Token<'_>> = code(text, Some(family)).skip_while(|token| token.text == ";").collect();
    let Some((verb, code)) = found.split_first() else { return Ok(()) };
    if !is(verb.text, &["SET"]) || code.first().is_some_and(|token| is(token.text, &["STATEMENT"])) {
        return Ok(());
    }
    // PostgreSQL's SET assigns one setting, whose value may be a list.
    for assignment in code.split(|token| token.text == "," && family != Family::Postgres) {
        let Some((name, value)) = assigned(assignment) else { continue };
        let Some(setting) = own.iter().find(|own| is(name, own.names)) else { continue };
        let value = value.map(|token| token.text.trim_matches(['\'', '"'])).unwrap_or_default();
        if !is(value, setting.values) {
            let message = format!(
                "SET {name} would change what the statements that follow in the atomic block mean, or how their values arrive; leave it as it is"
            );
            return Err(Error::new(Kind::Unsupported, message).with_hint(setting.instead));
        }
    }
    Ok(())
}

/// Returns the name and the value of a session setting; `None` for a global setting or a user variable.
fn assigned<'c, 'a>(assignment: &'c [Token<'a>]) -> Option<(&'a str, Option<&'c Token<'a>>)> {
    let (first, rest) = assignment.split_first()?;
    if is(first.text, &["GLOBAL", "PERSIST", "PERSIST_ONLY"]) {
        return None;
    }
    let (name, rest) = if is(first.text, &["SESSION", "LOCAL"]) { rest.split_first()? } else { (first, rest) };
    let name = match name.text.strip_prefix("@@") {
        Some(variable) => {
            let (scope, name) = variable.rsplit_once('.').unwrap_or(("session", variable));
            is(scope, &["SESSION", "LOCAL"]).then_some(name)?
        }
        None => name.text.trim_matches(['"', '`']),
    };
    Some((name, rest.iter().find(|token| !is(token.text, &["=", ":=", "TO", "SET"]))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_us_is_not_set() {
        for text in [
            "SET client_encoding = 'LATIN1'",
            "set local client_encoding to latin1",
            "SET NAMES 'LATIN1'",
            "/* x */ SET SESSION \"client_encoding\" = LATIN1",
            "SET standard_conforming_strings = off",
        ] {
            assert!(refuse_own(text, Family::Postgres).is_err(), "{text}");
        }
        for text in [
            "SET NAMES latin1",
            "SET CHARACTER SET latin1",
            "SET @a = 1, time_zone = '+09:00'",
            "SET @@session.time_zone = '+09:00'",
            "SET @@sql_mode = ''",
            "SET SESSION `sql_mode` := ''",
            "SET sql_select_limit = 1",
        ] {
            let error = refuse_own(text, Family::Mariadb).unwrap_err();
            assert!(error.kind == Kind::Unsupported && error.detail.hint.is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_ours_already_and_the_rest_is() {
        for text in [
            "SET client_encoding = 'UTF8'",
            "SET NAMES 'utf-8'",
            "SET standard_conforming_strings TO on",
            "SET search_path = a, client_encoding",
            "SET TIME ZONE 'Asia/Tokyo'",
            "SELECT 1",
            "",
        ] {
            assert!(refuse_own(text, Family::Postgres).is_ok(), "{text}");
        }
        for text in [
            "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
            "SET time_zone = '+00:00'",
            "SET GLOBAL time_zone = '+09:00'",
            "SET @@global.sql_mode = ''",
            "SET @time_zone = '+09:00'",
            "SET STATEMENT sql_mode = '' FOR SELECT 1",
            "SET foreign_key_checks = 0",
        ] {
            assert!(refuse_own(text, Family::Mariadb).is_ok(), "{text}");
        }
        assert!(refuse_own("PRAGMA foreign_keys = 0", Family::Sqlite).is_ok());
    }
}
