namespace TechCorp.Messaging;

/// <summary>The node that a connection goes to, as telemetry names it.</summary>
/// <param name="Address">The host's name or address.</param>
/// <param name="Port">Its port.</param>
internal sealed record ServerEndpoint(string Address, int Port)
{
    /// <summary>The port as a tag's value, boxed once.</summary>
    internal object PortTag { get; } = Port;
}
