using System.Diagnostics;

namespace TechCorp.Messaging.Tests;

/// <summary>An operator's hands on the private server of the run; tests that use it change the whole server and run alone.</summary>
[CollectionDefinition(nameof(BrokerControl), DisableParallelization = true)]
public sealed class BrokerControl
{
    internal static async Task RabbitMqCtlAsync(params string[] arguments)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TECHCORP_SERVICES_STATE")))
        {
            throw new InvalidOperationException("This test controls the server: run it with 'eng/services.sh --private run -- …'.");
        }

        var start = new ProcessStartInfo(Script()) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Prepend("rabbitmqctl"))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"rabbitmqctl {arguments[0]} failed with {process.ExitCode}: {error} {await output}");
        }
    }

    private static string Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "eng", "services.sh");
            if (File.Exists(script))
            {
                return script;
            }
        }

        throw new InvalidOperationException($"eng/services.sh is in no folder above {AppContext.BaseDirectory}.");
    }
}
