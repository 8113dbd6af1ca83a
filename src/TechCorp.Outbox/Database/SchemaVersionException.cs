namespace TechCorp.Outbox;

/// <summary>The tables in the database do not fit this version of the library: they are newer, or older and not migrated.</summary>
public sealed class SchemaVersionException : Exception
{
    internal SchemaVersionException(string schema, int databaseVersion, int codeVersion)
        : base(databaseVersion > codeVersion
            ? $"The tables of '{schema}' have schema version {databaseVersion}; this TechCorp.Outbox knows versions up to {codeVersion}. Deploy a version that "
            + $"knows {databaseVersion}: tables are not migrated back."
            : $"The tables of '{schema}' have schema version {databaseVersion}; this TechCorp.Outbox needs {codeVersion}. Run SchemaMigrator.MigrateAsync, or "
            + $"apply the text of SchemaMigrator.Export({databaseVersion}).")
    {
        Schema = schema;
        DatabaseVersion = databaseVersion;
        CodeVersion = codeVersion;
    }

    /// <summary>The schema (PostgreSQL) or the prefix (SQLite) of the tables.</summary>
    public string Schema { get; }

    /// <summary>The newest version found in the database; 0 where there are no tables.</summary>
    public int DatabaseVersion { get; }

    /// <summary>The newest version that this library knows.</summary>
    public int CodeVersion { get; }
}
