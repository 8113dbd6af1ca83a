using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace TechCorp.Outbox;

/// <summary>The name a relay holds leases under: machine, process, start of the process, and a unique number.</summary>
/// <remarks>The file of SQLite is on one machine, so whether a holder still lives can be seen, and a restart need not wait until the lease ends.</remarks>
internal sealed record LeaseHolder(string Name)
{
    // Seconds. The system reckons the start of a process from its uptime and the clock, so it varies.
    private const long StartTolerance = 2;

    internal static LeaseHolder Create()
    {
        using var me = Process.GetCurrentProcess();
        return new LeaseHolder($"{Environment.MachineName}|{me.Id.ToString(CultureInfo.InvariantCulture)}|"
            + $"{Started(me).ToString(CultureInfo.InvariantCulture)}|{Guid.CreateVersion7():N}");
    }

    /// <summary>Whether the process behind a name has certainly ended; false in doubt.</summary>
    internal static bool IsGone(string name)
    {
        var parts = name.Split('|');
        if (parts.Length != 4 || parts[0] != Environment.MachineName || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out var id))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return !long.TryParse(parts[2], CultureInfo.InvariantCulture, out var started) || Math.Abs(Started(process) - started) > StartTolerance;
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or NotSupportedException)
        {
            return false;
        }
    }

    private static long Started(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
}
