using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TechCorp.Patterns.Shared;

/// <summary>Metrics and spans whose listeners cannot change an outcome: a listener is foreign code that runs inside our calls,
/// and what it throws is dropped.</summary>
internal static class SafeTelemetry
{
    /// <summary>The source of spans; null when a listener throws while it is created.</summary>
    internal static ActivitySource? Source(string name)
    {
        try
        {
            return new ActivitySource(name);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>The instrument; when a listener throws while it is published, one that is never published.</summary>
    internal static T Instrument<T>(Meter meter, Func<Meter, T> create)
        where T : Instrument
    {
        try
        {
            return create(meter);
        }
        catch (Exception)
        {
            var silent = new Meter(meter.Name);
            silent.Dispose(); // a disposed meter publishes nothing
            return create(silent);
        }
    }

    internal static void Add(Counter<long> counter, long value, in TagList tags)
    {
        try
        {
            counter.Add(value, tags);
        }
        catch (Exception)
        {
            // The listener's exception.
        }
    }

    internal static void Add(Counter<long> counter, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(value, tags);
        }
        catch (Exception)
        {
            // The listener's exception.
        }
    }

    internal static void Record(Histogram<double> histogram, TimeSpan duration, in TagList tags)
    {
        try
        {
            histogram.Record(duration.TotalSeconds, tags);
        }
        catch (Exception)
        {
            // The listener's exception.
        }
    }

    internal static Activity? Start(ActivitySource? source, string name, ActivityKind kind, ActivityContext parent)
    {
        var before = Activity.Current;
        try
        {
            return source?.StartActivity(name, kind, parent);
        }
        catch (Exception)
        {
            Activity.Current = before;
            return null;
        }
    }

    internal static void Stop(Activity? activity)
    {
        try
        {
            activity?.Dispose();
        }
        catch (Exception)
        {
            Activity.Current = activity?.Parent;
        }
    }
}
