using TechCorp.Messaging;

namespace TechCorp.Outbox;

/// <summary>Publishes a batch of rows together and says what came of each.</summary>
internal sealed class BatchPublisher(IMessagePublisher publisher)
{
    internal async Task<RowOutcome[]> PublishAsync(IReadOnlyList<RelayRow> rows, CancellationToken cancellationToken)
    {
        var outcomes = new RowOutcome[rows.Count];
        var places = new List<int>(rows.Count);
        var batch = new List<(Message, Destination)>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            try
            {
                batch.Add(rows[i].ToMessage());
                places.Add(i);
            }
            catch (Exception exception) // whatever it is, it is the row's: nothing but the row was looked at
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
            // One of them breaks a limit and none was sent: they are published one by one, and only the invalid ones fail.
            for (var i = 0; i < places.Count; i++)
            {
                outcomes[places[i]] = await PublishOneAsync(batch[i], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            places.ForEach(place => outcomes[place] = new RowOutcome(RowOutcomeKind.Unsettled, exception.Message));
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
            return new RowOutcome(RowOutcomeKind.Unsettled, exception.Message);
        }
    }
}
