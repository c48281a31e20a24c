"""The queries of PostgreSQL's catalogue. Each takes the names of the schemas."""

from typing import Final

HERE: Final = "SELECT current_schema()::text AS schema"

_OURS: Final = """
    n.nspname::text = ANY(:schemas) AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
"""
"""The relations of those schemas that belong to no extension and are no part of another one."""

RELATIONS: Final = """
SELECT c.oid::bigint AS oid, n.nspname::text AS schema, c.relname::text AS name, obj_description(c.oid, 'pg_class') AS comment,
    CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END AS view
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE {ours} AND c.relkind IN ('r', 'p', 'v')
ORDER BY n.nspname, c.relname
""".replace("{ours}", _OURS)

ENUMS: Final = """
SELECT n.nspname::text AS schema, t.typname::text AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels
FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace JOIN pg_enum AS e ON e.enumtypid = t.oid
WHERE n.nspname::text = ANY(:schemas)
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
GROUP BY t.oid, n.nspname, t.typname
ORDER BY n.nspname, t.typname
"""

COLUMNS: Final = """
SELECT c.oid::bigint AS oid, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
    pg_get_expr(f.adbin, f.adrelid) AS "default", a.attidentity::text AS identity, a.attgenerated::text AS generated,
    col_description(c.oid, a.attnum) AS comment, CASE WHEN a.attcollation <> t.typcollation THEN k.collname::text END AS collation,
    t.typtype = 'd' AS is_domain, format_type(b.oid, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) AS base,
    t.typelem <> 0 AND t.typcategory = 'A' AS is_array,
    CASE WHEN b.typtype = 'e' THEN b.typname::text WHEN i.typtype = 'e' THEN i.typname::text END AS enum,
    CASE WHEN b.typtype = 'e' OR i.typtype = 'e' THEN en.nspname::text END AS enum_schema,
    EXISTS (
        SELECT FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid = a.attnum
            AND d.deptype = 'a' AND pg_get_expr(f.adbin, f.adrelid) LIKE 'nextval(%'
    ) AS is_serial
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_type AS t ON t.oid = a.atttypid
    JOIN pg_type AS b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
    LEFT JOIN pg_type AS i ON i.oid = b.typelem AND b.typcategory = 'A'
    LEFT JOIN pg_namespace AS en ON en.oid = CASE WHEN i.typtype = 'e' THEN i.typnamespace ELSE b.typnamespace END
    LEFT JOIN pg_attrdef AS f ON f.adrelid = c.oid AND f.adnum = a.attnum
    LEFT JOIN pg_collation AS k ON k.oid = a.attcollation
WHERE {ours} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.oid, a.attnum
""".replace("{ours}", _OURS)

CONSTRAINTS: Final = """
SELECT c.oid::bigint AS oid, o.conname::text AS name, o.contype::text AS kind, o.condeferred AS deferred,
    o.confdeltype::text AS on_delete, o.confupdtype::text AS on_update, rn.nspname::text AS target_schema, r.relname::text AS target,
    ARRAY(
        SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY AS u(number, place)
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.number ORDER BY u.place
    ) AS columns,
    ARRAY(
        SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY AS u(number, place)
            JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = u.number ORDER BY u.place
    ) AS target_columns,
    CASE WHEN o.contype = 'c' THEN pg_get_expr(o.conbin, c.oid) END AS sql,
    ARRAY(
        SELECT pg_get_indexdef(o.conindid, place::int, TRUE) FROM generate_series(1, cardinality(o.conexclop)) AS place
        WHERE o.contype = 'x' ORDER BY place
    ) AS elements,
    ARRAY(
        SELECT p.oprname::text FROM unnest(o.conexclop) WITH ORDINALITY AS u(number, place) JOIN pg_operator AS p ON p.oid = u.number
        ORDER BY u.place
    ) AS operators,
    CASE WHEN o.contype = 'x' THEN m.amname::text END AS method, CASE WHEN o.contype = 'x' THEN pg_get_expr(x.indpred, c.oid) END AS filter
FROM pg_constraint AS o JOIN pg_class AS c ON c.oid = o.conrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_class AS r ON r.oid = o.confrelid LEFT JOIN pg_namespace AS rn ON rn.oid = r.relnamespace
    LEFT JOIN pg_index AS x ON x.indexrelid = o.conindid LEFT JOIN pg_class AS xc ON xc.oid = x.indexrelid
    LEFT JOIN pg_am AS m ON m.oid = xc.relam
WHERE {ours} AND o.contype IN ('p', 'u', 'c', 'x', 'f') AND (o.contype <> 'f' OR o.conparentid = 0)
ORDER BY c.oid, o.conname
""".replace("{ours}", _OURS)

INDEXES: Final = """
SELECT c.oid::bigint AS oid, xc.relname::text AS name, x.indisunique AS "unique", m.amname::text AS method, x.indnkeyatts::int AS count,
    pg_get_expr(x.indpred, c.oid) AS filter,
    ARRAY(
        SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY AS u(number, place)
            LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.number AND u.number <> 0 ORDER BY u.place
    ) AS names,
    ARRAY(SELECT pg_get_indexdef(x.indexrelid, place::int, TRUE) FROM generate_series(1, x.indnatts) AS place ORDER BY place) AS texts,
    ARRAY(SELECT option::int FROM unnest(x.indoption) WITH ORDINALITY AS u(option, place) ORDER BY u.place) AS options,
    ARRAY(
        SELECT concat(
            CASE WHEN l.oid IS NOT NULL AND l.oid <> coalesce(a.attcollation, l.oid) THEN ' COLLATE ' || quote_ident(l.collname) END,
            CASE WHEN NOT q.opcdefault THEN ' ' || quote_ident(q.opcname) END,
            CASE u.option WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST' END
        )
        FROM unnest(x.indclass, x.indcollation, x.indoption, x.indkey) WITH ORDINALITY AS u(class, sorted, option, number, place)
            JOIN pg_opclass AS q ON q.oid = u.class LEFT JOIN pg_collation AS l ON l.oid = u.sorted
            LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.number AND u.number <> 0
        ORDER BY u.place
    ) AS suffixes
FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_class AS xc ON xc.oid = x.indexrelid JOIN pg_am AS m ON m.oid = xc.relam
WHERE {ours} AND c.relkind IN ('r', 'p') AND x.indisvalid
    AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x'))
ORDER BY c.oid, xc.relname
""".replace("{ours}", _OURS)
