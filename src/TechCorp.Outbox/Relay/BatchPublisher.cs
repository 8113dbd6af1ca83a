using System.Text.Json;
using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Publishes the rows of a wave together and says what became of each.</summary>
internal sealed class BatchPublisher(IMessagePublisher publisher)
{
    internal async Task<RowOutcome[]> PublishAsync(IReadOnlyList<RelayRow> wave, CancellationToken cancellationToken)
    {
        var outcomes = new RowOutcome[wave.Count];
        var places = new List<int>(wave.Count);
        var batch = new List<(Message, Destination)>(wave.Count);
        for (var i = 0; i < wave.Count; i++)
        {
            try
            {
                batch.Add(wave[i].ToMessage());
                places.Add(i);
            }
            catch (Exception exception) when (exception is ArgumentException or JsonException)
            {
                outcomes[i] = new RowOutcome(RowOutcomeKind.Invalid, exception.Message);
            }
        }

        try
        {
            var published = await publisher.TryPublishBatchAsync(batch, null, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < places.Count; i++)
            {
                outcomes[places[i]] = RowOutcome.Of(published[i]);
            }
        }
        catch (ArgumentException)
        {
            // One of them breaks a limit and none was sent: one by one, the guilty show themselves.
            for (var i = 0; i < places.Count; i++)
            {
                outcomes[places[i]] = await PublishOneAsync(batch[i], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            places.ForEach(place => outcomes[place] = new RowOutcome(RowOutcomeKind.Unanswered, exception.Message));
        }

        return outcomes;
    }

    private async Task<RowOutcome> PublishOneAsync((Message Message, Destination Destination) row, CancellationToken cancellationToken)
    {
        try
        {
            return RowOutcome.Of(await publisher.TryPublishAsync(row.Message, row.Destination, null, cancellationToken).ConfigureAwait(false));
        }
        catch (ArgumentException exception)
        {
            return new RowOutcome(RowOutcomeKind.Invalid, exception.Message);
        }
        catch (Exception exception)
        {
            return new RowOutcome(RowOutcomeKind.Unanswered, exception.Message);
        }
    }
}
