using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>The command line.</summary>
internal static class FlowCommand
{
    private const string Program = "orderflow";
    private const int MostOrders = 10_000;

    internal static Task<int> RunAsync(string[] args)
    {
        var orders = new Option<int>("--orders") { Description = $"How many orders to place, 1 to {MostOrders}.", DefaultValueFactory = _ => 20, HelpName = "N" };
        var image = new Option<string?>("--image") { Description = "A photo of yours to resize, JPEG or PNG. Default: a drawn one.", HelpName = "PATH" };
        var rabbitMq = SharedOptions.RabbitMq();
        var postgres = SharedOptions.Postgres();
        var data = SharedOptions.Data();
        var resume = new Option<bool>("--resume") { Description = "Go on with a run that was interrupted; needs --rabbitmq and --postgres or --data." };
        var serve = new Option<bool>("--serve") { Description = "Keep the services running after the run, until Ctrl-C." };
        var mutate = new Option<string?>("--mutate") { Description = "A fault for the oracle to notice.", Hidden = true };
        mutate.AcceptOnlyFromAmong("double-charge", "decline-all", "stall");
        var patience = new Option<int>("--patience") { Description = "Seconds to wait for what the services do.", DefaultValueFactory = _ => 60, Hidden = true };
        var command = new RootCommand("OrderFlow: six services, one process, every pattern. Without options it runs embedded: in-memory broker and SQLite.")
        {
            orders, image, rabbitMq, postgres, data, resume, serve, mutate, patience,
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
                Patience = TimeSpan.FromSeconds(parsed.GetValue(patience)),
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
            throw new BadInputException("--resume needs what outlives a process: a broker (--rabbitmq URI) and a database (--postgres CONNECTION or --data DIR).");
        }

        return settings;
    }

    // With PostgreSQL only the images are in the folder; the same database finds the same folder when it resumes.
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
            return OwnFolder(); // The probe says what is wrong with the connection string.
        }
    }

    private static string OwnFolder() => Path.Combine(Path.GetTempPath(), $"orderflow-{Guid.CreateVersion7():n}");
}
