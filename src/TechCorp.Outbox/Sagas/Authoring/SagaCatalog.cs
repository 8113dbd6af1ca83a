namespace TechCorp.Outbox;

/// <summary>The definitions that this process knows. Immutable.</summary>
internal sealed class SagaCatalog
{
    private readonly Dictionary<string, SagaDefinition> _byHash;
    private readonly Dictionary<Type, SagaDefinition> _newestByState = [];

    internal SagaCatalog(IEnumerable<SagaDefinition> definitions)
    {
        var all = definitions.ToList();
        foreach (var same in all.GroupBy(d => (d.Name, d.Version)).Where(g => g.Count() > 1))
        {
            throw new InvalidOperationException($"Saga '{same.Key.Name}' is registered {same.Count()} times with version {same.Key.Version}.");
        }

        foreach (var shared in all.GroupBy(d => d.StateType).Where(g => g.Select(d => d.Name).Distinct(StringComparer.Ordinal).Count() > 1))
        {
            throw new InvalidOperationException($"Sagas {string.Join(", ", shared.Select(d => $"'{d.Name}'"))} share the state {shared.Key}, which is what a "
                + "start chooses by: give each its own.");
        }

        _byHash = all.ToDictionary(d => d.GraphHash, StringComparer.Ordinal);
        Graphs = [.. _byHash.Keys];
        foreach (var definition in all.OrderBy(d => d.Version))
        {
            _newestByState[definition.StateType] = definition;
        }
    }

    /// <summary>What an instance must be pinned to so that it can be run here.</summary>
    internal string[] Graphs { get; }

    internal IEnumerable<SagaDefinition> All => _byHash.Values;

    internal SagaDefinition? Find(string graphHash) => _byHash.GetValueOrDefault(graphHash);

    /// <summary>What a start with this state begins: the newest version.</summary>
    internal SagaDefinition<TState> For<TState>()
        where TState : class
        => _newestByState.GetValueOrDefault(typeof(TState)) as SagaDefinition<TState>
            ?? throw new InvalidOperationException($"No saga is registered for {typeof(TState)}: register it with AddSaga<TSaga, {typeof(TState).Name}>(…).");
}
