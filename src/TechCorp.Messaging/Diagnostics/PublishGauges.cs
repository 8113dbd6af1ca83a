using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TechCorp.Messaging;

/// <summary>The transports of the process whose publishes the meter's observers count; read when metrics are collected.</summary>
internal static class PublishGauges
{
    private static readonly ConcurrentDictionary<ITransport, bool> Transports = new(ReferenceEqualityComparer.Instance);

    internal static void Add(ITransport transport) => Transports.TryAdd(transport, true);

    internal static void Remove(ITransport transport) => Transports.TryRemove(transport, out _);

    internal static IEnumerable<Measurement<long>> Measure(Func<PublishLoad, int> figure)
        => from transport in Transports.Keys
           group figure(transport.PublishLoad) by transport.System into system
           select new Measurement<long>(system.Sum(), new KeyValuePair<string, object?>(MessagingTags.System, system.Key));
}
