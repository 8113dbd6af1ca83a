using System.Data.Common;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

/// <summary>A pooler in front of the server, on a free port of the loopback; its folder of settings is deleted with it.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgbouncer-");
    private readonly Process _process;

    private PgBouncer(string poolMode, NpgsqlConnectionStringBuilder server, string applicationName)
    {
        var port = FreePort();
        var settings = Path.Combine(_folder.FullName, "pgbouncer.ini");
        File.WriteAllText(settings, $"""
            [databases]
            * = host={server.Host} port={server.Port} user={server.Username} password='{server.Password}'
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {poolMode}
            ignore_startup_parameters = extra_float_digits
            """);
        var start = new ProcessStartInfo(Program()) { RedirectStandardError = true };
        if (Environment.UserName == "root")
        {
            start.ArgumentList.Add("--user=nobody");
        }

        start.ArgumentList.Add(settings);
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = server.Username,
            Password = server.Password,
            Database = server.Database,
            MaxPoolSize = 5,
            ApplicationName = applicationName,
        });
    }

    internal DbDataSource Source { get; }

    internal static async Task<PgBouncer> StartAsync(string poolMode, NpgsqlConnectionStringBuilder server, string applicationName)
    {
        var pooler = new PgBouncer(poolMode, server, applicationName);
        try
        {
            await Eventually.Holds(pooler.AnswersAsync, "pgbouncer answers");
            return pooler;
        }
        catch
        {
            await pooler.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"pgbouncer has ended with code {_process.ExitCode}.");
        }

        try
        {
            await using var connection = await Source.OpenConnectionAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string Program()
        => new[] { "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer" }.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("These tests need the program pgbouncer, which they start themselves: apt-get install pgbouncer.");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
