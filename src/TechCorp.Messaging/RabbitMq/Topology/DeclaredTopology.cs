namespace TechCorp.Messaging;

/// <summary>What this process has declared, to be declared again on a new connection.</summary>
internal sealed class DeclaredTopology
{
    private readonly Lock _gate = new();
    private Topology? _sum; // guarded by _gate

    internal Topology? Current
    {
        get
        {
            lock (_gate)
            {
                return _sum;
            }
        }
    }

    /// <exception cref="ArgumentException">The same name was declared otherwise before.</exception>
    internal void Add(Topology topology)
    {
        lock (_gate)
        {
            _sum = (_sum ?? Topology.Empty).Add(topology);
        }
    }
}
