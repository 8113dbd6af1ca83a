namespace TechCorp.Resilience;

/// <summary>Keeps no bytes.</summary>
internal sealed class NoResultSerializer : IResultSerializer<NoResult>
{
    internal static NoResultSerializer Instance { get; } = new();

    public string TypeTag => "none";

    public ReadOnlyMemory<byte> Serialize(NoResult result) => default;

    public NoResult Deserialize(ReadOnlyMemory<byte> payload) => default;
}
