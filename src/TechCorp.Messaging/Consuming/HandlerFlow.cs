namespace TechCorp.Messaging;

/// <summary>Knows whether the calling code was called, directly or through tasks, by a handler of a bus: such code must not wait for the drain of a consumer of
/// that bus, which may wait for the handler, or for another one that waits for the drain of this one's.</summary>
internal static class HandlerFlow
{
    private static readonly AsyncLocal<object?> Owner = new();

    /// <summary>From here on, the calling asynchronous flow belongs to the owner's handlers.</summary>
    internal static void Enter(object owner) => Owner.Value = owner;

    internal static bool IsInside(object owner) => ReferenceEquals(Owner.Value, owner);
}
