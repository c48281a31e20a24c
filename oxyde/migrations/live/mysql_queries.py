"""The queries of the catalogue of MySQL and MariaDB. Each takes the names of the schemas."""

from typing import Final

HERE: Final = "SELECT DATABASE() AS `schema`"

RELATIONS: Final = """
SELECT t.TABLE_SCHEMA AS `schema`, t.TABLE_NAME AS name, t.TABLE_COMMENT AS comment, s.DEFAULT_COLLATION_NAME AS collation
FROM information_schema.TABLES AS t
    JOIN information_schema.SCHEMATA AS s ON s.SCHEMA_NAME = t.TABLE_SCHEMA
WHERE t.TABLE_SCHEMA IN :schemas AND t.TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
ORDER BY t.TABLE_SCHEMA, t.TABLE_NAME
"""

VIEWS: Final = """
SELECT TABLE_SCHEMA AS `schema`, TABLE_NAME AS name, VIEW_DEFINITION AS `sql`
FROM information_schema.VIEWS
WHERE TABLE_SCHEMA IN :schemas
"""
"""Apart from RELATIONS: MariaDB opens each view of every database where its catalogue is joined to."""

COLUMNS: Final = """
SELECT TABLE_SCHEMA AS `schema`, TABLE_NAME AS `table`, COLUMN_NAME AS name, COLUMN_DEFAULT AS `default`, IS_NULLABLE AS nullable,
    COLUMN_TYPE AS type, COLLATION_NAME AS collation, EXTRA AS extra, GENERATION_EXPRESSION AS generated, COLUMN_COMMENT AS comment
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA IN :schemas
ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION
"""

INDEXES: Final = """
SELECT TABLE_SCHEMA AS `schema`, TABLE_NAME AS `table`, INDEX_NAME AS name, NON_UNIQUE AS shared, SEQ_IN_INDEX AS place,
    COLUMN_NAME AS `column`, COLLATION AS direction, SUB_PART AS length, INDEX_TYPE AS method, {expression} AS expression
FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA IN :schemas
ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
"""
"""The parts of indexes; MySQL has expressions among them."""

KEYS: Final = """
SELECT TABLE_SCHEMA AS `schema`, TABLE_NAME AS `table`, CONSTRAINT_NAME AS name, COLUMN_NAME AS `column`,
    REFERENCED_TABLE_SCHEMA AS target_schema, REFERENCED_TABLE_NAME AS target, REFERENCED_COLUMN_NAME AS target_column
FROM information_schema.KEY_COLUMN_USAGE
WHERE TABLE_SCHEMA IN :schemas AND REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION
"""

RULES: Final = """
SELECT CONSTRAINT_SCHEMA AS `schema`, TABLE_NAME AS `table`, CONSTRAINT_NAME AS name, DELETE_RULE AS on_delete, UPDATE_RULE AS on_update
FROM information_schema.REFERENTIAL_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA IN :schemas
"""
"""Apart from KEYS, as VIEWS are; MariaDB shows them only to users who may do more with a table than read it."""

TEXT: Final = "SHOW CREATE TABLE {table}"
"""What made a table, which every user of the table is shown."""

CHECKS: Final = {
    "mariadb": """
SELECT CONSTRAINT_SCHEMA AS `schema`, TABLE_NAME AS `table`, CONSTRAINT_NAME AS name, CHECK_CLAUSE AS `sql`, LEVEL = 'Column' AS of_column
FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA IN :schemas
ORDER BY CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME
""",
    "mysql": """
SELECT t.TABLE_SCHEMA AS `schema`, t.TABLE_NAME AS `table`, c.CONSTRAINT_NAME AS name, c.CHECK_CLAUSE AS `sql`, 0 AS of_column
FROM information_schema.CHECK_CONSTRAINTS AS c
    JOIN information_schema.TABLE_CONSTRAINTS AS t
    ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK'
WHERE c.CONSTRAINT_SCHEMA IN :schemas
ORDER BY t.TABLE_SCHEMA, t.TABLE_NAME, c.CONSTRAINT_NAME
""",
}
