namespace TechCorp.Messaging;

/// <summary>A binding as the service wants it. Compared by value.</summary>
/// <param name="Exchange">Where messages come from.</param>
/// <param name="Queue">Where they go.</param>
/// <param name="RoutingKey">The key or pattern; empty for fanout.</param>
internal sealed record BindingDeclaration(string Exchange, string Queue, string RoutingKey)
{
    /// <summary>The header that a message must have for an exchange that routes by header; its value is <see cref="HeaderValue"/>.</summary>
    internal string? Header { get; init; }

    internal const string HeaderValue = "1";
}
