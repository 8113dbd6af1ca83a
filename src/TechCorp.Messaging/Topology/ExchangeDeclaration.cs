namespace TechCorp.Messaging;

/// <summary>An exchange as the service wants it; durable. Compared by value.</summary>
/// <param name="Name">At most 255 bytes of UTF-8.</param>
/// <param name="Kind">How it routes, unless it is a step of a delay.</param>
internal sealed record ExchangeDeclaration(string Name, ExchangeKind Kind)
{
    /// <summary>Whether it routes by the headers of the message instead of its key, as the steps of a delay do.</summary>
    internal bool RoutesByHeader { get; init; }

    /// <summary>Where a message goes that none of its bindings is for; none by default. Not the default exchange: the broker
    /// does not find it.</summary>
    internal string? AlternateExchange { get; init; }
}
