using System.Diagnostics;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Runs a program to its end and gives what it printed.</summary>
internal static class Command
{
    private const int MostLines = 30;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <exception cref="InvalidOperationException">It ended with another code than zero; the message holds the start of what it printed.</exception>
    public static string Run(string folder, string program, params string[] arguments)
        => Task.Run(() => RunAsync(folder, environment: null, program, arguments)).GetAwaiter().GetResult();

    /// <exception cref="InvalidOperationException">It ended with another code than zero; the message holds the start of what it printed.</exception>
    public static async Task<string> RunAsync(string folder, IReadOnlyDictionary<string, string>? environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var inherited in start.Environment.Keys.Where(IsOfOuterBuild).ToList())
        {
            start.Environment.Remove(inherited);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return process.ExitCode == 0 ? await output : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:{Environment.NewLine}{Shorten(await output + await errors)}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Deadline}.");
        }
    }

    // A build that fails says the same of every project; the first lines are enough to know why.
    private static string Shorten(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToList();
        return string.Join(Environment.NewLine, lines.Take(MostLines))
            + (lines.Count > MostLines ? $"{Environment.NewLine}… and {lines.Count - MostLines} lines more" : "");
    }

    // A test run by "dotnet test" hands down settings of that build, which mislead a build of another project.
    private static bool IsOfOuterBuild(string name)
        => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
            || name is "DOTNET_HOST_PATH";
}
