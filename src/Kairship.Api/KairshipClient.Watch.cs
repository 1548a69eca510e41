using System.Net;
using System.Runtime.CompilerServices;
using Kairship.Api.Releases;

namespace Kairship.Api;

/// <summary>How a release is watched.</summary>
public sealed record WatchOptions
{
    /// <value>500 ms between two looks.</value>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the server may be away (restarting, killed) before watching gives up.</summary>
    /// <value>60 s</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Told once whenever the server goes away, with why; and with null when it is back.</summary>
    public Action<string?>? Connection { get; init; }
}

/// <summary>Watching a release by polling with its ETag: an unchanged release costs the server a 304.</summary>
public sealed partial class KairshipClient
{
    /// <summary>Every state of a release that differs from the one before, the last being the one where it is over.</summary>
    /// <exception cref="HttpRequestException">The server was away for longer than <see cref="WatchOptions.Patience"/>.</exception>
    public async IAsyncEnumerable<ReleaseDetail> WatchReleaseAsync(
        string releaseId, WatchOptions? options = null, TimeProvider? time = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new WatchOptions();
        time ??= TimeProvider.System;
        string? tag = null;
        long? awaySince = null;
        while (true)
        {
            var (detail, seen, trouble) = await LookAsync(releaseId, tag, cancellationToken);
            if (trouble is not null)
            {
                if (awaySince is null)
                {
                    awaySince = time.GetTimestamp();
                    options.Connection?.Invoke(trouble.Message);
                }
                else if (time.GetElapsedTime(awaySince.Value) > options.Patience)
                {
                    throw trouble;
                }
            }
            else if (awaySince is not null)
            {
                awaySince = null;
                options.Connection?.Invoke(null);
            }

            tag = seen ?? tag;
            if (detail is not null)
            {
                yield return detail;
                if (detail.Release.IsOver)
                {
                    yield break;
                }
            }

            await Task.Delay(options.Interval, time, cancellationToken);
        }
    }

    /// <summary>Waits until a release is over and gives its last state.</summary>
    public async Task<ReleaseDetail> WaitForReleaseAsync(
        string releaseId, Action<ReleaseDetail>? progress = null, WatchOptions? options = null, TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        ReleaseDetail? last = null;
        await foreach (var detail in WatchReleaseAsync(releaseId, options, time, cancellationToken))
        {
            last = detail;
            progress?.Invoke(detail);
        }

        return last!;
    }

    private async Task<(ReleaseDetail? Detail, string? Tag, HttpRequestException? Trouble)> LookAsync(
        string releaseId, string? tag, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await RequestAsync(
                HttpMethod.Get, $"releases/{Escape(releaseId)}", null, tag is null ? [] : [("If-None-Match", tag)], cancellationToken);
            return response.StatusCode == HttpStatusCode.NotModified
                ? (null, tag, null)
                : (await ReadAsync<ReleaseDetail>(response, cancellationToken), response.Headers.ETag?.ToString(), null);
        }
        catch (HttpRequestException e)
        {
            return (null, null, e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, null, new HttpRequestException("The server does not answer in time.", e));
        }
        catch (IOException e)
        {
            return (null, null, new HttpRequestException("The connection to the server broke.", e));
        }
        catch (KairshipApiException e) when (e.Status is 502 or 503 or 504)
        {
            return (null, null, new HttpRequestException(e.Message, e, (HttpStatusCode)e.Status));
        }
    }
}
