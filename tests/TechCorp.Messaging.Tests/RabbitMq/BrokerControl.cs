using System.Diagnostics;

namespace TechCorp.Messaging.Tests;

/// <summary>An operator's hands on the private server of the run; tests that use it change the whole server and run alone.</summary>
[CollectionDefinition(nameof(BrokerControl), DisableParallelization = true)]
public sealed class BrokerControl
{
    internal static async Task RabbitMqCtlAsync(params string[] arguments)
    {
        if (Environment.GetEnvironmentVariable("TECHCORP_SERVICES_STATE") is not { Length: > 0 } state)
        {
            throw new InvalidOperationException("This test controls the server: run it with 'eng/services.sh --private run -- …'.");
        }

        await ServicesAsync(state, ["rabbitmqctl", .. arguments]);
    }

    /// <summary>What <c>eng/services.sh</c> prints when it does something to the servers whose state is in the folder.</summary>
    internal static async Task<string> ServicesAsync(string state, params string[] arguments)
    {
        var start = new ProcessStartInfo(Script(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TECHCORP_SERVICES_STATE"] = state;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"eng/services.sh {string.Join(' ', arguments)} failed with {process.ExitCode}: {error} {await output}");
    }

    internal static string Script()
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
