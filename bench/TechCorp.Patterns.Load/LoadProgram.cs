using System.CommandLine;
using Npgsql;
using RabbitMQ.Client.Exceptions;
using TechCorp.Messaging;

namespace TechCorp.Patterns.Load;

/// <summary>Reports bad input or a missing server in one line on standard error, with exit code 2.</summary>
internal static class LoadProgram
{
    internal static async Task<int> InvokeAsync(RootCommand command, string[] args)
    {
        var parsed = command.Parse(args);
        return parsed.Errors.Count == 0
            ? await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false })
            : Fail($"{string.Join(' ', parsed.Errors.Select(error => error.Message))} See --help.");
    }

    internal static async Task<int> GuardAsync(string server, Func<Uri, Task<bool>> run)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps"))
        {
            return Fail("no server is configured. Run it with 'eng/services.sh run -- …', or pass --rabbitmq amqp://user:password@host:port/vhost.");
        }

        if (!uri.IsLoopback)
        {
            return Fail($"'{uri.Host}' is not this machine. Load tests run only against a server on loopback.");
        }

        try
        {
            return await run(uri) ? 0 : 1;
        }
        catch (ArgumentException exception)
        {
            return Fail(exception.Message);
        }
        catch (Exception exception) when (exception is BrokerUnreachableException or BrokerConnectionException)
        {
            return Fail($"RabbitMQ on {uri.Host}:{uri.Port} cannot be used: {exception.GetBaseException().Message} Start it with 'eng/services.sh run -- …'.");
        }
    }

    /// <summary>The connection string of a database on this machine.</summary>
    /// <exception cref="ArgumentException">There is none, or it is of another machine.</exception>
    internal static string Database(string text)
    {
        var host = new NpgsqlConnectionStringBuilder(text).Host;
        return string.IsNullOrEmpty(host)
            ? throw new ArgumentException("no database is configured. Run it with 'eng/services.sh run -- …', or pass --postgres 'Host=localhost;…'.")
            : host is "localhost" or "127.0.0.1" or "::1" ? text
            : throw new ArgumentException($"'{host}' is not this machine. Load tests run only against a server on loopback.");
    }

    /// <summary>An option whose value is a number of at least 1.</summary>
    internal static Option<int> Count(string name, string description, int otherwise)
    {
        var option = new Option<int>(name) { Description = $"{description} Default: {otherwise}.", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var value) || value < 1))
            {
                result.AddError($"{name} must be a whole number of at least 1; it is '{token.Value}'.");
            }
        });
        return option;
    }

    private static int Fail(string line)
    {
        Console.Error.WriteLine($"load: {line.ReplaceLineEndings(" ")}");
        return 2;
    }
}
