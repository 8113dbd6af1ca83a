namespace AnalyticsService;

/// <summary>Something that happened to an order.</summary>
public interface IOrderEvent
{
    /// <summary>Which order.</summary>
    string OrderId { get; }
}
