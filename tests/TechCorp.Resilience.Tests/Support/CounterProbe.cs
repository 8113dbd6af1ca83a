using System.Diagnostics.Metrics;

namespace TechCorp.Resilience.Tests;

/// <summary>Adds up one counter of the package, for one name.</summary>
internal sealed class CounterProbe : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _total;

    public CounterProbe(string instrument, string name, string? reason = null)
    {
        _listener.InstrumentPublished = (found, listener) =>
        {
            if (found.Meter.Name == "TechCorp.Resilience" && found.Name == instrument)
            {
                listener.EnableMeasurementEvents(found);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (Has(tags, "name", name) && (reason is null || Has(tags, "reason", reason)))
            {
                Interlocked.Add(ref _total, value);
            }
        });
        _listener.Start();
    }

    public long Total => Volatile.Read(ref _total);

    public void Dispose() => _listener.Dispose();

    private static bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags, string key, string value)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == key && (string?)tag.Value == value)
            {
                return true;
            }
        }

        return false;
    }
}
