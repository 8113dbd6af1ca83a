using System.Collections.Immutable;

namespace TechCorp.Messaging;

/// <summary>What the broker's <c>x-death</c> header decides, as pure functions. The newest death comes first; a pair of
/// queue and reason is there once.</summary>
internal static class DeathHistory
{
    internal static ImmutableArray<Death> With(this ImmutableArray<Death> history, Death death) => history.Remove(death).Insert(0, death);

    /// <summary>Whether the message has been in the queue before and came back without a rejection on the way.</summary>
    /// <remarks>Such a message is dropped instead of circling forever (https://www.rabbitmq.com/docs/dlx#automatic-dead-lettering-cycles).</remarks>
    internal static bool IsAutomaticCycle(this ImmutableArray<Death> history, string queue)
    {
        foreach (var death in history)
        {
            if (death.Reason == Death.Rejected)
            {
                return false;
            }

            if (death.Queue == queue)
            {
                return true;
            }
        }

        return false;
    }
}
