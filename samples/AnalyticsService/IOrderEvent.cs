namespace AnalyticsService;

/// <summary>Something that happened to an order.</summary>
public interface IOrderEvent
{
    /// <summary>The id of the order.</summary>
    string OrderId { get; }
}
