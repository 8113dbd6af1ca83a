namespace TechCorp.Messaging;

/// <summary>One queue registered several times: what one registration changed holds for all, and two that changed the same
/// setting must agree. Plain code.</summary>
internal static class ConsumerOptionsMerge
{
    private static readonly ConsumerOptions Default = new();

    internal static ConsumerOptions Merge(IEnumerable<ConsumerOptions> registrations, ICollection<string> problems)
    {
        ConsumerOptions? sum = null;
        foreach (var next in registrations)
        {
            sum = sum is null ? next.Copy() : Merge(sum, next, problems);
        }

        return sum ?? new ConsumerOptions();
    }

    private static ConsumerOptions Merge(ConsumerOptions sum, ConsumerOptions next, ICollection<string> problems)
    {
        sum.Prefetch = Pick(options => options.Prefetch, nameof(sum.Prefetch));
        sum.Concurrency = Pick(options => options.Concurrency, nameof(sum.Concurrency));
        sum.HandlerTimeout = Pick(options => options.HandlerTimeout, nameof(sum.HandlerTimeout));
        sum.Policy = Pick(options => options.Policy, nameof(sum.Policy));
        sum.JsonTypeProperty = Pick(options => options.JsonTypeProperty, nameof(sum.JsonTypeProperty));
        sum.DefaultType = Pick(options => options.DefaultType, nameof(sum.DefaultType));
        sum.MessageIdFromBodyHash = Pick(options => options.MessageIdFromBodyHash, nameof(sum.MessageIdFromBodyHash));
        sum.RedeliveryLimit = Pick(options => options.RedeliveryLimit, nameof(sum.RedeliveryLimit));
        sum.StalledConsumerTimeout = Pick(options => options.StalledConsumerTimeout, nameof(sum.StalledConsumerTimeout));
        sum.WhenTypeUnknown = Pick(options => options.WhenTypeUnknown, nameof(sum.WhenTypeUnknown));
        sum.DeadLetterExchange = Pick(options => options.DeadLetterExchange, nameof(sum.DeadLetterExchange));
        sum.OrderingKey = Pick(options => options.OrderingKey, nameof(sum.OrderingKey));
        return sum;

        T Pick<T>(Func<ConsumerOptions, T> setting, string name)
        {
            var (ours, theirs, unchanged) = (setting(sum), setting(next), setting(Default));
            if (Equals(ours, theirs) || Equals(theirs, unchanged))
            {
                return ours;
            }

            if (!Equals(ours, unchanged))
            {
                problems.Add($"{name} of queue '{sum.Queue}' is set twice, to {ours} and to {theirs}; the handlers of one queue share its settings.");
            }

            return theirs;
        }
    }
}
