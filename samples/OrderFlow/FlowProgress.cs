using Spectre.Console;

namespace OrderFlow;

/// <summary>Shows the progress of a run: bars on a terminal, plain lines elsewhere.</summary>
internal sealed class FlowProgress
{
    private readonly int _orders;
    private readonly ProgressTask? _placed;
    private readonly ProgressTask? _ended;
    private readonly ProgressTask? _images;
    private readonly ProgressTask? _events;
    private int _lastReportedQuarter;

    private FlowProgress(int orders, ProgressContext? bars)
    {
        _orders = orders;
        _placed = bars?.AddTask("orders placed", maxValue: orders);
        _ended = bars?.AddTask("orders ended", maxValue: orders);
        _images = bars?.AddTask("images", maxValue: ImageDriver.Ids.Count);
        _events = bars?.AddTask("events received", maxValue: orders * 6);
    }

    /// <summary>Runs a task and shows its progress.</summary>
    internal static Task<T> ShowAsync<T>(int orders, Func<FlowProgress, Task<T>> run)
        => AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected
            ? AnsiConsole.Progress().StartAsync(bars => run(new FlowProgress(orders, bars)))
            : run(new FlowProgress(orders, null));

    internal void WriteLine(string line)
    {
        if (_placed is null)
        {
            Console.WriteLine(line);
        }
        else
        {
            AnsiConsole.MarkupLineInterpolated($"{line}");
        }
    }

    internal void OrdersPlaced(int count)
    {
        if (_placed is not null)
        {
            _placed.Value = count;
        }
    }

    internal void OrdersEnded(int count)
    {
        if (_ended is not null)
        {
            _ended.Value = count;
        }
        else if (count * 4 / _orders > _lastReportedQuarter)
        {
            _lastReportedQuarter = count * 4 / _orders;
            WriteLine($"orders ended: {count} of {_orders}");
        }
    }

    internal void ImagesDone(int count)
    {
        if (_images is not null)
        {
            _images.Value = count;
        }
    }

    internal void EventsReceived(int events, int notifications)
    {
        if (_events is not null)
        {
            _events.Value = events;
            _events.Description = $"events received, {notifications} notifications sent";
        }
    }
}
