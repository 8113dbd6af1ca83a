using System.Collections.Frozen;

namespace TechCorp.Messaging;

/// <summary>The handlers of one queue by wire name. Immutable.</summary>
internal sealed class HandlerRegistry
{
    private readonly FrozenDictionary<string, HandlerInvoker> _byWireName;

    internal HandlerRegistry(IEnumerable<HandlerInvoker> invokers)
        => _byWireName = invokers.ToFrozenDictionary(invoker => invoker.WireName, StringComparer.Ordinal);

    internal IEnumerable<string> WireNames => _byWireName.Keys;

    internal HandlerInvoker? Find(string wireName) => _byWireName.GetValueOrDefault(wireName);
}
