using System.Diagnostics;

namespace TechCorp.Patterns.Load;

/// <summary>The time, the allocations and the processor time of a number of messages in this process.</summary>
internal readonly record struct Measurement(double PerSecond, double Bytes, double CpuMicroseconds)
{
    /// <summary>Runs once and measures time, allocations and processor time of the whole process, per message.</summary>
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
