"""The operations of migrations, as values: each changes a state, can be undone or says why not, and describes itself."""

from oxyde.migrations.operations.base import Inverse, Irreversible, Operation, inverted, replay
from oxyde.migrations.operations.columns import AddColumn, AlterColumn, CommentColumn, DropColumn, RenameColumn
from oxyde.migrations.operations.constraints import AddConstraint, DropConstraint, RenameConstraint, ValidateConstraint
from oxyde.migrations.operations.enums import AddEnumValue, AlterEnumType, CreateEnumType, DropEnumType, RenameEnumType
from oxyde.migrations.operations.free import Execute, RequireManual, Run, StateOnly
from oxyde.migrations.operations.indexes import CreateIndex, DropIndex, RenameIndex
from oxyde.migrations.operations.tables import AlterKey, CommentTable, CreateSchema, CreateTable, DropTable, RenameTable
from oxyde.migrations.operations.views import CreateView, DropView

__all__ = [
    "AddColumn",
    "AddConstraint",
    "AddEnumValue",
    "AlterColumn",
    "AlterEnumType",
    "AlterKey",
    "CommentColumn",
    "CommentTable",
    "CreateEnumType",
    "CreateIndex",
    "CreateSchema",
    "CreateTable",
    "CreateView",
    "DropColumn",
    "DropConstraint",
    "DropEnumType",
    "DropIndex",
    "DropTable",
    "DropView",
    "Execute",
    "Inverse",
    "Irreversible",
    "Operation",
    "RenameColumn",
    "RenameConstraint",
    "RenameEnumType",
    "RenameIndex",
    "RenameTable",
    "RequireManual",
    "Run",
    "StateOnly",
    "ValidateConstraint",
    "inverted",
    "replay",
]
