using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>The command line of OrderFlow.</summary>
internal static class FlowCommand
{
    private const string Program = "orderflow";
    private const int MostOrders = 10_000;

    internal static Task<int> RunAsync(string[] args)
    {
        var orders = new Option<int>("--orders")
        {
            Description = $"How many orders to place, 1 to {MostOrders}.",
            DefaultValueFactory = _ => 20,
            HelpName = "N",
        };
        var image = new Option<string?>("--image") { Description = "A photo to resize, JPEG or PNG. Default: a generated image.", HelpName = "PATH" };
        var rabbitMq = SharedOptions.RabbitMq();
        var postgres = SharedOptions.Postgres();
        var data = SharedOptions.Data();
        var resume = new Option<bool>("--resume") { Description = "Continue an interrupted run; needs --rabbitmq, and --postgres or --data." };
        var serve = new Option<bool>("--serve") { Description = "Keep the services running after the run, until Ctrl-C." };
        var mutate = new Option<string?>("--mutate") { Description = "A fault that the checks must detect.", Hidden = true };
        mutate.AcceptOnlyFromAmong("double-charge", "decline-all", "stall");
        var waitTimeout = new Option<int>("--wait-timeout")
        {
            Description = "Seconds to wait for each step of the services.",
            DefaultValueFactory = _ => 60,
            Hidden = true,
        };
        var command = new RootCommand("OrderFlow runs six services and every pattern in one process. Without options it uses an in-memory broker and SQLite.")
        {
            orders, image, rabbitMq, postgres, data, resume, serve, mutate, waitTimeout,
        };

        command.SetAction((parsed, cancellationToken) => CommandLine.GuardAsync(Program, async () =>
        {
            var settings = Check(new FlowSettings
            {
                Orders = parsed.GetValue(orders),
                Image = parsed.GetValue(image),
                RabbitMq = parsed.GetValue(rabbitMq),
                Postgres = parsed.GetValue(postgres),
                DataDirectory = parsed.GetValue(data) ?? DefaultFolder(parsed.GetValue(postgres)),
                IsTemporary = parsed.GetValue(data) is null && parsed.GetValue(postgres) is null,
                IsDefaultFolder = parsed.GetValue(data) is null,
                Resume = parsed.GetValue(resume),
                Serve = parsed.GetValue(serve),
                Mutation = parsed.GetValue(mutate),
                WaitTimeout = TimeSpan.FromSeconds(parsed.GetValue(waitTimeout)),
            });
            await ServerProbe.CheckAsync(settings.RabbitMq, settings.Postgres, cancellationToken);
            await PreviousRun.CheckAsync(settings, cancellationToken);
            await SchemaProbe.CheckAsync(settings, cancellationToken);
            CommandLine.CheckFolder(settings.DataDirectory, "--data");
            return await new Flow(settings).RunAsync(cancellationToken);
        }));
        return CommandLine.InvokeAsync(Program, command, args);
    }

    private static FlowSettings Check(FlowSettings settings)
    {
        if (settings.Orders is < 1 or > MostOrders)
        {
            throw new BadInputException($"--orders must be between 1 and {MostOrders}; it is {settings.Orders}.");
        }

        if (settings.Image is { } path)
        {
            SampleImages.Check(path);
        }

        if (settings.Resume && !settings.CanResume)
        {
            throw new BadInputException("--resume needs a broker and a database that outlive the process: --rabbitmq URI, and --postgres "
                + "CONNECTION or --data DIR.");
        }

        return settings;
    }

    // With PostgreSQL the folder holds only the images. Its name derives from the database, so that a resumed run finds it.
    private static string DefaultFolder(string? postgres)
    {
        if (postgres is null)
        {
            return OwnFolder();
        }

        try
        {
            var parts = new NpgsqlConnectionStringBuilder(postgres);
            var database = $"{parts.Host}:{parts.Port}/{parts.Database}";
            return Path.Combine(Path.GetTempPath(), $"orderflow-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)).AsSpan(0, 8))}");
        }
        catch (ArgumentException)
        {
            return OwnFolder(); // ServerProbe reports what is wrong with the connection string.
        }
    }

    private static string OwnFolder() => Path.Combine(Path.GetTempPath(), $"orderflow-{Guid.CreateVersion7():n}");
}
