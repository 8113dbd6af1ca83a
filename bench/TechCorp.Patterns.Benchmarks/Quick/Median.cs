namespace TechCorp.Patterns.Benchmarks;

internal static class Median
{
    public static double Of(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
