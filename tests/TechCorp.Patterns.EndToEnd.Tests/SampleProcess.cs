using System.Collections.Concurrent;
using System.Diagnostics;

namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>A sample in a separate process, as users run it.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];

    private SampleProcess(Process process) => _process = process;

    internal IReadOnlyCollection<string> Output => _output;

    internal IReadOnlyCollection<string> Errors => _errors;

    internal string LastLine => _output.LastOrDefault(line => line.Length > 0) ?? "";

    internal bool HasExited => _process.HasExited;

    /// <summary>Starts a sample with exactly these options: without the variables of the servers.</summary>
    internal static SampleProcess Start(string sample, params string[] options)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Path.Combine(Repository.Root, "samples", sample, "bin", configuration, "net10.0", sample + ".dll");
        var start = new ProcessStartInfo("dotnet", [program, .. options]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("TECHCORP_RABBITMQ");
        start.Environment.Remove("TECHCORP_POSTGRES");
        var process = new Process { StartInfo = start };
        var sampleProcess = new SampleProcess(process);
        process.OutputDataReceived += (_, line) => Keep(sampleProcess._output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(sampleProcess._errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return sampleProcess;

        static void Keep(ConcurrentQueue<string> lines, string? line)
        {
            if (line is not null)
            {
                lines.Enqueue(line);
            }
        }
    }

    /// <summary>Runs a sample to its end.</summary>
    internal static async Task<SampleProcess> RunAsync(string sample, params string[] options)
    {
        var process = Start(sample, options);
        await process.ExitAsync();
        return process;
    }

    internal async Task<int> ExitAsync()
    {
        using var watchdog = new CancellationTokenSource(Watchdog, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(watchdog.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            throw new TimeoutException($"The sample did not end within {Watchdog}. It said:\n{string.Join('\n', _output)}\n{string.Join('\n', _errors)}");
        }

        return _process.ExitCode;
    }

    internal int ExitCode => _process.ExitCode;

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    internal void Kill() => _process.Kill();

    /// <summary>SIGTERM: asks the process to end.</summary>
    internal void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
