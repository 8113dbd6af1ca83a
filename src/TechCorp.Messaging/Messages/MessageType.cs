namespace TechCorp.Messaging;

/// <summary>One registered message type, before its CLR type is known to the compiler.</summary>
internal abstract class MessageType(string wireName, Type clrType, Destination? destination)
{
    internal string WireName { get; } = wireName;

    internal Type ClrType { get; } = clrType;

    internal Destination? Destination { get; } = destination;
}
