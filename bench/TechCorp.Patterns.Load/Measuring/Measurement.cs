using System.Diagnostics;

namespace TechCorp.Patterns.Load;

/// <summary>What a number of messages cost this process.</summary>
internal readonly record struct Measurement(double PerSecond, double Bytes, double CpuMicroseconds)
{
    /// <summary>Runs once and counts time, allocations and CPU time of the whole process, a message each.</summary>
    internal static async Task<Measurement> TakeAsync(int messages, Func<Task> run)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var started = TimeProvider.System.GetTimestamp();
        await run();
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        process.Refresh();
        cpu = process.TotalProcessorTime - cpu;
        return new Measurement(messages / elapsed.TotalSeconds, (double)bytes / messages, cpu.TotalMicroseconds / messages);
    }
}
