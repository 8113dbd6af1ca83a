namespace TechCorp.Patterns.Load;

/// <summary>Runs our side and the peer alternately, so that other work of the machine disturbs both.</summary>
internal sealed class Pairs<T>
    where T : struct
{
    private readonly List<(T Ours, T Peer)> _pairs = [];

    internal IReadOnlyList<(T Ours, T Peer)> All => _pairs;

    /// <summary>Runs the pairs; the side that goes first changes each time.</summary>
    internal static async Task<Pairs<T>> RunAsync(int count, Func<Task<T>> ours, Func<Task<T>> peer, Action<int, T, T> done)
    {
        var pairs = new Pairs<T>();
        for (var i = 0; i < count; i++)
        {
            T first, second;
            if (i % 2 == 0)
            {
                first = await ours();
                second = await peer();
            }
            else
            {
                second = await peer();
                first = await ours();
            }

            pairs._pairs.Add((first, second));
            done(i + 1, first, second);
        }

        return pairs;
    }

    internal double Ours(Func<T, double> figure) => Median.Of(_pairs.Select(pair => figure(pair.Ours)));

    internal double Peer(Func<T, double> figure) => Median.Of(_pairs.Select(pair => figure(pair.Peer)));

    /// <summary>The median of the ratios of the pairs, our side to the peer.</summary>
    internal double Ratio(Func<T, double> figure) => Median.Of(_pairs.Select(pair => figure(pair.Ours) / figure(pair.Peer)));
}
