using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Api;
using TraceDashboard.Core.Live;
using TraceDashboard.Core.Merge;
using TraceDashboard.Core.Storage;

namespace TraceDashboard.Core.Ingestion;

/// <summary>
/// The one way in. A sender first reserves room for its bytes, decodes, and writes; the answer comes after the commit.
/// What waits while a commit runs becomes the next transaction.
/// </summary>
public sealed partial class IngestionPipeline : IHostedService, IDisposable
{
    // The database's own words are for the log: they tell of tables, and may repeat what somebody else has sent.
    private const string Refusal = "The store refused it: a value is none that it can hold.";

    private readonly SpanWriter _writer;
    private readonly ProjectSettingsStore _settings;
    private readonly LiveFeed _feed;
    private readonly TimeProvider _time;
    private readonly IngestionMetrics _metrics;
    private readonly ILogger<IngestionPipeline> _logger;
    private readonly IngestionOptions _options;
    private readonly int _writers;
    private readonly Admission _admission;
    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>(); // bounded by the budget of bytes
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _lastTaken;
    private Task _loops = Task.CompletedTask;
    private volatile bool _stopping;

    public IngestionPipeline(
        SpanWriter writer, TraceStore store, ProjectSettingsStore settings, LiveFeed feed, TimeProvider time, IngestionMetrics metrics, Admission admission, IOptions<IngestionOptions> options, ILogger<IngestionPipeline> logger)
    {
        _writer = writer;
        _settings = settings;
        _feed = feed;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _options = options.Value;
        _writers = store.Provider == DatabaseProvider.Sqlite ? 1 : _options.PostgresWriters;
        _admission = admission;
        metrics.Observe(() => _queue.Reader.Count, () => BytesInFlight, () => Lag);
    }

    /// <summary>Bytes held of requests that are not committed yet.</summary>
    public long BytesInFlight => _admission.BytesInFlight;

    /// <summary>Age of the oldest batch that waits for its commit; zero when none does.</summary>
    public TimeSpan Lag => _queue.Reader.TryPeek(out var oldest) ? _time.GetElapsedTime(oldest.Since) : TimeSpan.Zero;

    /// <summary>
    /// Stores a batch as far as its project wants it kept; returns when it is durable. A caller that goes away does not take its batch back: it may be in the
    /// middle of a transaction with others.
    /// </summary>
    /// <exception cref="UnavailableException">The store cannot be reached, or the server is stopping; nothing was stored.</exception>
    public async Task<IngestResult> WriteAsync(IngestBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return IngestResult.AllAccepted;
        _metrics.Received(batch.Spans.Count);
        if (await _settings.GetPolicyAsync(batch.ProjectId, cancellationToken) is { } policy)
        {
            batch = policy.Apply(batch, out var sampledOut);
            _metrics.SampledOut(sampledOut);
            if (batch.Count == 0)
                return IngestResult.AllAccepted;
        }

        var waiting = new Waiting(batch, _time.GetTimestamp());
        if (!_queue.Writer.TryWrite(waiting))
            throw _admission.Stopping();
        return await waiting.Result.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Counts spans that a protocol could not make anything of; their senders are told by the protocol.</summary>
    public void CountInvalid(long spans) => _metrics.Invalid(spans);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loops = Task.WhenAll(Enumerable.Range(0, _writers).Select(_ =>
            Task.Factory.StartNew(WriteLoopAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _writer.Scheduler).Unwrap()));
        return Task.CompletedTask;
    }

    /// <summary>Takes nothing more in and writes what it has.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        _admission.Stop();
        _queue.Writer.TryComplete();
        try
        {
            await _loops.WaitAsync(_options.DrainTimeout, _time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            LogNotDrained(_queue.Reader.Count, e);
            while (_queue.Reader.TryRead(out var waiting))
                waiting.Result.TrySetException(_admission.Stopping());
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task WriteLoopAsync()
    {
        var senders = new List<Waiting>();
        while (await TakeAsync(senders))
            await WriteAsync(senders);
    }

    /// <summary>Waits for something to write, and for its turn; false when nothing comes any more.</summary>
    private async Task<bool> TakeAsync(List<Waiting> senders)
    {
        senders.Clear();
        await _turn.WaitAsync();
        try
        {
            if (!await _queue.Reader.WaitToReadAsync())
                return false;

            // Real time, whatever the clock of the app says: what it spares is the machine's.
            var wait = _options.CommitInterval - Stopwatch.GetElapsedTime(_lastTaken);
            if (wait > TimeSpan.Zero && !_stopping)
                await _writer.PauseAsync(wait);
            _lastTaken = Stopwatch.GetTimestamp();

            var spans = 0;
            while (spans < _options.MaxBatchSpans && _queue.Reader.TryRead(out var waiting))
            {
                senders.Add(waiting);
                spans += Math.Max(1, waiting.Batch.Spans.Count);
            }

            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task WriteAsync(List<Waiting> senders)
    {
        try
        {
            var began = _time.GetTimestamp();
            var changed = await _writer.WriteAsync([.. senders.Select(s => s.Batch)], CancellationToken.None);
            _metrics.Committed(_time.GetElapsedTime(began));
            _metrics.Accepted(senders.Sum(s => s.Batch.Spans.Count));
            _feed.Publish(changed);
            foreach (var sender in senders)
                sender.Result.TrySetResult(IngestResult.AllAccepted);
        }
        catch (Exception e) when (StoreErrors.IsUnavailable(e))
        {
            LogUnavailable(senders.Count, e);
            _metrics.Unavailable(senders.Sum(s => s.Batch.Spans.Count));
            var error = new UnavailableException("The store cannot be reached; nothing of this request was stored.", _options.RetryAfter, e);
            foreach (var sender in senders)
                sender.Result.TrySetException(error);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Something in the transaction was refused, or went wrong. Each sender is tried alone, so that it costs nobody else.
            if (senders.Count > 1)
            {
                foreach (var sender in senders)
                    await WriteAsync([sender]);
            }
            else if (StoreErrors.IsOfData(e))
            {
                await WriteInPartsAsync(senders[0], e);
            }
            else
            {
                Fail(senders[0], e);
            }
        }
    }

    private async Task WriteInPartsAsync(Waiting sender, Exception refused)
    {
        var batch = sender.Batch;
        if (batch.Count == 1)
        {
            LogRefused(batch.ProjectId, refused);
            sender.Result.TrySetResult(Refuse(batch, Refusal));
            return;
        }

        try
        {
            if (BatchParts.AreTogether(batch))
            {
                sender.Result.TrySetResult(await WriteTogetherAsync(batch, sender.Since));
                return;
            }

            var results = new List<IngestResult>();
            foreach (var part in BatchParts.Split(batch))
                results.Add(await WritePartAsync(part, sender.Since));
            sender.Result.TrySetResult(new IngestResult([.. results.SelectMany(r => r.Rejected)])
            {
                RejectedTraces = [.. results.SelectMany(r => r.RejectedTraces)],
                RejectedScores = [.. results.SelectMany(r => r.RejectedScores)],
            });
        }
        catch (UnavailableException e)
        {
            sender.Result.TrySetException(e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Fail(sender, e);
        }
    }

    /// <summary>A fault of ours is not the sender's: it may come again.</summary>
    private void Fail(Waiting sender, Exception e)
    {
        LogFailed(sender.Batch.ProjectId, e);
        _metrics.Unavailable(sender.Batch.Spans.Count);
        sender.Result.TrySetException(new UnavailableException("Something went wrong in the server, which its log tells; try again later.", _options.RetryAfter, e));
    }

    /// <summary>What spans say of their trace goes first; where it is refused they are too, or their session, user or metadata would be lost without a word.</summary>
    private async Task<IngestResult> WriteTogetherAsync(IngestBatch batch, long since)
    {
        var own = await WritePartAsync(batch with { Spans = [] }, since);
        return own.RejectedTraces is [var (_, reason), ..]
            ? Refuse(batch with { Traces = [] }, reason)
            : await WritePartAsync(batch with { Traces = [] }, since);
    }

    private async Task<IngestResult> WritePartAsync(IngestBatch batch, long since)
    {
        var part = new Waiting(batch, since);
        await WriteAsync([part]);
        return await part.Result.Task;
    }

    private IngestResult Refuse(IngestBatch batch, string reason)
    {
        _metrics.RefusedByStore(batch.Spans.Count);
        return new IngestResult([.. batch.Spans.Select(s => new RejectedSpan(s.TraceId, s.SpanId, reason))])
        {
            RejectedTraces = [.. batch.Traces.Select(t => (t.TraceId, reason))],
            RejectedScores = [.. batch.Scores.Select(s => (s.Id, reason))],
        };
    }

    [LoggerMessage(10, LogLevel.Error, "The store cannot be reached; {Senders} requests were told to come again")]
    private partial void LogUnavailable(int senders, Exception error);

    [LoggerMessage(11, LogLevel.Warning, "The store refused a span of project {ProjectId}")]
    private partial void LogRefused(int projectId, Exception error);

    [LoggerMessage(12, LogLevel.Error, "Stopped before {Waiting} requests were written; their senders were told to come again")]
    private partial void LogNotDrained(int waiting, Exception error);

    [LoggerMessage(13, LogLevel.Error, "A request of project {ProjectId} could not be written; its sender was told to come again")]
    private partial void LogFailed(int projectId, Exception error);

    private sealed class Waiting(IngestBatch batch, long since)
    {
        public IngestBatch Batch { get; } = batch;

        public long Since { get; } = since;

        public TaskCompletionSource<IngestResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
