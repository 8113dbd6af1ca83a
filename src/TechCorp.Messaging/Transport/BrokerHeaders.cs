namespace TechCorp.Messaging;

/// <summary>Headers that the broker writes, or acts upon: they belong to one journey and must not travel with a copy.</summary>
internal static class BrokerHeaders
{
    private static readonly string[] Prefixes =
    [
        "x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count", "x-opt-", DelaySteps.HeaderPrefix,
    ];

    internal static bool IsOne(string name)
        => name is "CC" or "BCC" || Array.Exists(Prefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
