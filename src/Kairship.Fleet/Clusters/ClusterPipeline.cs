using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Retry;
using Polly.Timeout;

namespace Kairship.Fleet.Clusters;

/// <summary>
/// One cluster's resilience, outermost first: concurrency limit, retry with jitter, circuit breaker, timeout of the attempt. The limit is outermost so that
/// a cluster in trouble, whose requests wait for their repetition, is not given more work.
/// </summary>
internal sealed class ClusterPipeline : IDisposable
{
    private readonly ConcurrencyLimiter _limiter;
    private readonly ResiliencePipeline<ClusterAnswer> _repeating;
    private readonly ResiliencePipeline<ClusterAnswer> _once;

    public ClusterPipeline(ClusterOptions options, TimeProvider clock)
    {
        _limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.Concurrency,
            QueueLimit = options.QueueLimit,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        var attempt = Builder(clock).AddCircuitBreaker(Breaker(options)).AddTimeout(options.AttemptTimeout).Build();
        _once = Builder(clock).AddRateLimiter(Limit()).AddPipeline(attempt).Build();
        _repeating = options.MaxRetries == 0
            ? _once
            : Builder(clock).AddRateLimiter(Limit()).AddRetry(Retry(options)).AddPipeline(attempt).Build();
    }

    public ValueTask<ClusterAnswer> ExecuteAsync(ClusterTransport transport, ClusterRequest request, CancellationToken cancellationToken) =>
        (request.Repeatable ? _repeating : _once).ExecuteAsync(
            static async (state, token) => await state.transport.SendAsync(state.request, token), (transport, request), cancellationToken);

    public void Dispose() => _limiter.Dispose();

    private static ResiliencePipelineBuilder<ClusterAnswer> Builder(TimeProvider clock) => new() { TimeProvider = clock };

    private RateLimiterStrategyOptions Limit() => new() { RateLimiter = arguments => _limiter.AcquireAsync(1, arguments.Context.CancellationToken) };

    private static RetryStrategyOptions<ClusterAnswer> Retry(ClusterOptions options) => new()
    {
        MaxRetryAttempts = options.MaxRetries,
        Delay = options.RetryDelay,
        MaxDelay = options.MaxRetryDelay,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome switch
        {
            { Exception: TimeoutRejectedException or ClusterException { Kind: ClusterFailure.Unreachable or ClusterFailure.Timeout } } => true,
            { Result.Status: 429 or 500 or 502 or 503 or 504 } => true,
            _ => false,
        }),
        DelayGenerator = arguments => ValueTask.FromResult(arguments.Outcome.Result?.RetryAfter is { } wait
            ? (TimeSpan?)(wait < options.MaxRetryDelay ? wait : options.MaxRetryDelay)
            : null),
    };

    // A 500 may be one object's broken webhook and a 429 is a healthy cluster's word: neither opens the circuit for all.
    private static CircuitBreakerStrategyOptions<ClusterAnswer> Breaker(ClusterOptions options) => new()
    {
        FailureRatio = options.BreakerFailureRatio,
        MinimumThroughput = options.BreakerMinimumThroughput,
        SamplingDuration = options.BreakerSampling,
        BreakDuration = options.BreakDuration,
        ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome switch
        {
            { Exception: TimeoutRejectedException or ClusterException } => true,
            { Result.Status: 502 or 503 or 504 } => true,
            _ => false,
        }),
    };
}
