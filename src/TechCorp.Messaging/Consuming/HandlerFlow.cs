namespace TechCorp.Messaging;

/// <summary>Knows whether the calling code was called, directly or through tasks, by a handler of a consumer: such code must not wait for the drain of that
/// consumer, which waits for the handler.</summary>
internal static class HandlerFlow
{
    private static readonly AsyncLocal<object?> Owner = new();

    /// <summary>From here on, the calling asynchronous flow belongs to the owner's handlers.</summary>
    internal static void Enter(object owner) => Owner.Value = owner;

    internal static bool IsInside(object owner) => ReferenceEquals(Owner.Value, owner);
}
