using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TechCorp.Patterns.Contracts;

/// <summary>Listens to every instrument of a meter, and adds up what has the tags that are asked for.</summary>
public sealed class MeterProbe : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> _measurements = new();

    /// <param name="meter">The meter.</param>
    /// <param name="only">One instrument of it; null for all.</param>
    public MeterProbe(string meter, string? only = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter && (only is null || instrument.Name == only))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The names of all that was measured.</summary>
    public IReadOnlyCollection<string> Instruments => [.. _measurements.Select(measurement => measurement.Instrument).Distinct()];

    /// <summary>The names of all tags.</summary>
    public IReadOnlyCollection<string> Tags => [.. _measurements.SelectMany(measurement => measurement.Tags.Keys).Distinct()];

    /// <summary>What was measured, in order.</summary>
    public IReadOnlyList<double> Values(string instrument, params (string Name, object Value)[] tags)
        => [.. _measurements.Where(one => one.Instrument == instrument && tags.All(tag => Equals(one.Tags.GetValueOrDefault(tag.Name), tag.Value)))
            .Select(one => one.Value)];

    /// <summary>The sum of what was measured.</summary>
    public double Total(string instrument, params (string Name, object Value)[] tags) => Values(instrument, tags).Sum();

    /// <summary>What an observable instrument says now.</summary>
    public double Now(string instrument, params (string Name, object Value)[] tags)
    {
        _measurements.Clear();
        _listener.RecordObservableInstruments();
        return Total(instrument, tags);
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        => _measurements.Enqueue((instrument.Name, value, new Dictionary<string, object?>([.. tags])));
}
