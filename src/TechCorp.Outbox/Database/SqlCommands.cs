using System.Data.Common;
using Dapper;

namespace TechCorp.Outbox;

/// <summary>Statements on a connection. With <see cref="SqlParameters"/> the only code that names Dapper.</summary>
internal static class SqlCommands
{
    /// <returns>How many rows the statement has changed.</returns>
    internal static Task<int> RunAsync(
        this DbConnection connection, string sql, object? parameters = null, DbTransaction? transaction = null, int? commandTimeout = null,
        CancellationToken cancellationToken = default)
        => connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, commandTimeout, cancellationToken: cancellationToken));

    /// <returns>The first column of the first row; the default where there is none.</returns>
    internal static Task<T?> ScalarAsync<T>(
        this DbConnection connection, string sql, object? parameters = null, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
        => connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken));

    /// <returns>All rows.</returns>
    internal static async Task<List<T>> RowsAsync<T>(
        this DbConnection connection, string sql, object? parameters = null, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
        => (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken)).ConfigureAwait(false))
            .AsList();

    /// <summary>Prepares the statement with the session, once, and runs it. For a session that is used for long and shared with nobody.</summary>
    /// <returns>All rows.</returns>
    internal static async Task<List<T>> PreparedRowsAsync<T>(this DbConnection connection, string sql, SqlParameters parameters,
        CancellationToken cancellationToken)
    {
        await using var command = await PrepareAsync(connection, sql, parameters, cancellationToken).ConfigureAwait(false);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var parse = reader.GetRowParser<T>();
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(parse(reader));
        }

        return rows;
    }

    /// <inheritdoc cref="PreparedRowsAsync"/>
    /// <returns>How many rows the statement has changed.</returns>
    internal static async Task<int> PreparedRunAsync(this DbConnection connection, string sql, SqlParameters parameters, CancellationToken cancellationToken)
    {
        await using var command = await PrepareAsync(connection, sql, parameters, cancellationToken).ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<DbCommand> PrepareAsync(DbConnection connection, string sql, SqlParameters parameters, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        try
        {
            command.CommandText = sql;
            parameters.AddTo(command);
            await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
            return command;
        }
        catch
        {
            await command.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <returns>The one row.</returns>
    internal static Task<T> RowAsync<T>(
        this DbConnection connection, string sql, object? parameters = null, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
        => connection.QuerySingleAsync<T>(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken));

    /// <returns>The one row; the default where there is none.</returns>
    internal static Task<T?> RowOrDefaultAsync<T>(
        this DbConnection connection, string sql, object? parameters = null, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
        => connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken));

    /// <summary>Two statements in one round trip.</summary>
    /// <returns>The row of the first; or else that of the second.</returns>
    internal static async Task<(TFirst? First, TSecond? Second)> RowOfEitherAsync<TFirst, TSecond>(
        this DbConnection connection, string sql, object parameters, DbTransaction transaction, CancellationToken cancellationToken)
        where TFirst : class
        where TSecond : class
    {
        var answers = await connection.QueryMultipleAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        await using var _ = answers.ConfigureAwait(false);
        return await answers.ReadSingleOrDefaultAsync<TFirst>().ConfigureAwait(false) is { } first
            ? (first, null)
            : (null, await answers.ReadSingleOrDefaultAsync<TSecond>().ConfigureAwait(false));
    }
}
