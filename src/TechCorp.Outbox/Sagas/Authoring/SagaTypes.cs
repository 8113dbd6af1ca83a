namespace TechCorp.Outbox;

/// <summary>The definitions that this process knows. Immutable.</summary>
internal sealed class SagaTypes
{
    private readonly Dictionary<string, SagaType> _byHash;
    private readonly Dictionary<Type, SagaType> _newestByState = [];

    internal SagaTypes(IEnumerable<SagaType> types)
    {
        var all = types.ToList();
        foreach (var same in all.GroupBy(t => (t.Name, t.Version)).Where(g => g.Count() > 1))
        {
            throw new InvalidOperationException($"Saga '{same.Key.Name}' is registered {same.Count()} times with version {same.Key.Version}.");
        }

        foreach (var shared in all.GroupBy(t => t.StateType).Where(g => g.Select(t => t.Name).Distinct(StringComparer.Ordinal).Count() > 1))
        {
            throw new InvalidOperationException($"Sagas {string.Join(", ", shared.Select(t => $"'{t.Name}'"))} share the state {shared.Key}, which is what a "
                + "start chooses by: give each its own.");
        }

        _byHash = all.ToDictionary(t => t.GraphHash, StringComparer.Ordinal);
        Graphs = [.. _byHash.Keys];
        foreach (var type in all.OrderBy(t => t.Version))
        {
            _newestByState[type.StateType] = type;
        }
    }

    /// <summary>What an instance must be pinned to so that it can be run here.</summary>
    internal string[] Graphs { get; }

    internal IEnumerable<SagaType> All => _byHash.Values;

    internal SagaType? Find(string graphHash) => _byHash.GetValueOrDefault(graphHash);

    /// <summary>What a start with this state begins: the newest version.</summary>
    internal SagaType<TState> For<TState>()
        where TState : class
        => _newestByState.GetValueOrDefault(typeof(TState)) as SagaType<TState>
            ?? throw new InvalidOperationException($"No saga is registered for {typeof(TState)}: register it with AddSaga<TSaga, {typeof(TState).Name}>(…).");
}
