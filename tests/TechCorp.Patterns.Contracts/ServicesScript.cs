using System.Diagnostics;

namespace TechCorp.Patterns.Contracts;

/// <summary><c>eng/services.sh</c>, which starts, stops and controls private servers.</summary>
public static class ServicesScript
{
    /// <summary>The state of the servers around this process; null when the script did not start them.</summary>
    public static string? State => Environment.GetEnvironmentVariable("TECHCORP_SERVICES_STATE") is { Length: > 0 } state ? state : null;

    /// <summary>The script of the folder that this program was built in.</summary>
    public static string Find()
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

    /// <summary>What it prints when it does something to the servers with that state.</summary>
    public static async Task<string> RunAsync(string state, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Find(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TECHCORP_SERVICES_STATE"] = state;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"eng/services.sh {string.Join(' ', arguments)} failed with {process.ExitCode}: {error} {await output}");
    }
}
