using System.Data.Common;
using System.Globalization;
using System.Text;

namespace TechCorp.Outbox;

/// <summary>Creates and updates our tables: every numbered schema file that the database has not seen, in one transaction.</summary>
/// <remarks>Safe for concurrent use, in one process and in many: the work is done under a lock (an advisory lock on PostgreSQL, BEGIN
/// IMMEDIATE on SQLite). Idempotent.</remarks>
public sealed class SchemaMigrator
{
    private readonly OutboxDatabase _database;
    private readonly IReadOnlyList<SchemaScript> _scripts;
    private readonly SchemaSql _sql;
    private readonly TimeProvider _timeProvider;

    /// <summary>A migrator for one database.</summary>
    /// <param name="database">Where the tables live.</param>
    /// <param name="timeProvider">The clock written beside each version on SQLite. Default: the system's.</param>
    public SchemaMigrator(OutboxDatabase database, TimeProvider? timeProvider = null)
        : this(database, SchemaScript.Of((database ?? throw new ArgumentNullException(nameof(database))).Dialect), timeProvider)
    {
    }

    internal SchemaMigrator(OutboxDatabase database, IReadOnlyList<SchemaScript> scripts, TimeProvider? timeProvider)
    {
        _database = database;
        _scripts = scripts;
        _sql = SchemaSql.For(database);
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>The newest version that this library knows.</summary>
    public int CodeVersion => _scripts.Count == 0 ? 0 : _scripts[^1].Version;

    private string Versions => _database.Table("schema_version");

    /// <summary>Applies what is missing.</summary>
    /// <returns>How many schema files were applied; 0 when the tables were up to date, in which case nothing was locked or written.</returns>
    /// <exception cref="SchemaVersionException">The tables are newer than this library.</exception>
    public async Task<int> MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using (var connection = await _database.OpenAsync(cancellationToken).ConfigureAwait(false))
        {
            // A service that may not change tables can still start when they are up to date.
            if ((await MissingAsync(connection, null, cancellationToken).ConfigureAwait(false)).Count == 0)
            {
                _database.TablesAreReady(byHost: false);
                return 0;
            }
        }

        await using var write = await _database.BeginMigrationAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        await _sql.LockAsync(write, cancellationToken).ConfigureAwait(false);
        var missing = await MissingAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        if (missing.Count > 0)
        {
            await _sql.CreateVersionTableAsync(write, cancellationToken).ConfigureAwait(false);
        }

        foreach (var script in missing)
        {
            await write.RunAsync(script.For(_database.Schema), cancellationToken: cancellationToken).ConfigureAwait(false);
            var row = new { script.Version, script.Name, At = _database.Dialect.Time(_timeProvider.GetUtcNow()) };
            await write.RunAsync($"insert into {Versions} (version, name, applied_at) values (@Version, @Name, @At)", row, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }

        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        _database.TablesAreReady(byHost: false);
        return missing.Count;
    }

    /// <summary>Changes nothing; throws unless the tables exist and are up to date. For services whose tables are migrated separately.</summary>
    /// <exception cref="SchemaVersionException">The tables are newer than this library, or older, or missing.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenAsync(cancellationToken).ConfigureAwait(false);
        var missing = await MissingAsync(connection, null, cancellationToken).ConfigureAwait(false);
        if (missing.Count > 0)
        {
            throw new SchemaVersionException(_database.Schema, missing[0].Version - 1, CodeVersion);
        }

        _database.TablesAreReady(byHost: false);
    }

    /// <summary>The migrations as SQL text, for a team that keeps its own: schema, tables, and the rows by which this migrator knows that they exist.</summary>
    /// <param name="after">The version that the database has; files up to it are left out. Default: 0, all.</param>
    public string Export(int after = 0)
    {
        var text = new StringBuilder();
        if (after == 0)
        {
            text.AppendLine(_sql.VersionTable).AppendLine();
        }

        foreach (var script in _scripts.Where(script => script.Version > after))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"-- {script.Version:0000} {script.Name}").AppendLine(script.For(_database.Schema));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"insert into {Versions} (version, name, applied_at) values ({script.Version}, '{script.Name}', {_sql.Now});").AppendLine();
        }

        return text.ToString();
    }

    private async Task<IReadOnlyList<SchemaScript>> MissingAsync(
        DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (await connection.ScalarAsync<long>(_sql.TableExists, new { name = Versions }, transaction, cancellationToken: cancellationToken)
            .ConfigureAwait(false) == 0)
        {
            return _scripts;
        }

        var applied = await connection.RowsAsync<int>(
            $"select version from {Versions} order by version limit 10000", transaction: transaction, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var newest = applied.Count == 0 ? 0 : applied[^1];
        return newest > CodeVersion
            ? throw new SchemaVersionException(_database.Schema, newest, CodeVersion)
            : [.. _scripts.Where(script => !applied.Contains(script.Version))];
    }
}
