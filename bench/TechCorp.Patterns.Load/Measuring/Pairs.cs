namespace TechCorp.Patterns.Load;

/// <summary>Ours and the peer in turns, so that what the machine does meanwhile meets both.</summary>
internal sealed class Pairs<T>
    where T : struct
{
    private readonly List<(T Ours, T Peer)> _pairs = [];

    internal IReadOnlyList<(T Ours, T Peer)> All => _pairs;

    /// <summary>Runs the pairs; who goes first changes each time.</summary>
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

    /// <summary>The median of the pairs' ratios, ours to the peer.</summary>
    internal double Ratio(Func<T, double> figure) => Median.Of(_pairs.Select(pair => figure(pair.Ours) / figure(pair.Peer)));
}
