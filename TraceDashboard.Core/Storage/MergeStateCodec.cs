using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using TraceDashboard.Core.Merge;

namespace TraceDashboard.Core.Storage;

/// <summary>Stores what a merge needs beside the visible values. Empty, and so null, for what arrived whole.</summary>
internal static partial class MergeStateCodec
{
    private const int FieldVersionSize = 1 + 1 + 8 + 8;

    /// <summary>For each field that differs: field, class, time, sequence.</summary>
    public static byte[]? Encode(SortedList<byte, UpdateVersion>? versions)
    {
        if (versions is null)
            return null;
        var bytes = new byte[versions.Count * FieldVersionSize];
        var rest = bytes.AsSpan();
        foreach (var (field, version) in versions)
        {
            rest[0] = field;
            rest[1] = version.Class;
            BinaryPrimitives.WriteInt64LittleEndian(rest[2..], version.EventTime);
            BinaryPrimitives.WriteInt64LittleEndian(rest[10..], version.Sequence);
            rest = rest[FieldVersionSize..];
        }

        return bytes;
    }

    public static SortedList<byte, UpdateVersion>? DecodeFieldVersions(byte[]? bytes)
    {
        if (bytes is null)
            return null;
        var versions = new SortedList<byte, UpdateVersion>(bytes.Length / FieldVersionSize);
        for (var rest = bytes.AsSpan(); rest.Length >= FieldVersionSize; rest = rest[FieldVersionSize..])
            versions[rest[0]] = new UpdateVersion(rest[1], BinaryPrimitives.ReadInt64LittleEndian(rest[2..]), BinaryPrimitives.ReadInt64LittleEndian(rest[10..]));
        return versions;
    }

    public static byte[]? Encode(KeyVersions? versions) =>
        versions is null ? null : JsonSerializer.SerializeToUtf8Bytes(ToState(versions), StateContext.Default.KeyStateArray);

    public static KeyVersions? DecodeKeyVersions(string? json) =>
        json is null ? null : FromState(JsonSerializer.Deserialize(json, StateContext.Default.KeyStateArray));

    /// <summary>All but input and output, which have a row of their own.</summary>
    /// <param name="contentDay">Where that row is; null when there is none.</param>
    public static byte[] Encode(TraceUpdate trace, int? contentDay) => JsonSerializer.SerializeToUtf8Bytes(
        new TraceState
        {
            Fields = trace.Fields,
            Class = trace.Version.Class,
            Time = trace.Version.EventTime,
            Sequence = trace.Version.Sequence,
            FieldVersions = Encode(trace.FieldVersions),
            Keys = ToState(trace.KeyVersions),
            Timestamp = trace.Timestamp,
            Name = trace.Name,
            UserId = trace.UserId,
            SessionId = trace.SessionId,
            Environment = trace.Environment,
            Release = trace.Release,
            AppVersion = trace.AppVersion,
            Tags = trace.Tags,
            Metadata = trace.Metadata,
            InputPreview = trace.InputPreview,
            OutputPreview = trace.OutputPreview,
            ContentDay = contentDay,
            IsPublic = trace.IsPublic,
            ExternalId = trace.ExternalId,
            SharedMetadata = trace.SharedMetadata,
        },
        StateContext.Default.TraceState);

    /// <summary>The own fields of a trace. Without its contents, these look unset: an update that sets none of them can be joined all the same.</summary>
    public static OwnTrace DecodeTrace(int projectId, string traceId, byte[] bytes)
    {
        var state = JsonSerializer.Deserialize(bytes, StateContext.Default.TraceState)!;
        var own = new TraceUpdate
        {
            ProjectId = projectId,
            TraceId = traceId,
            Version = new UpdateVersion(state.Class, state.Time, state.Sequence),
            Timestamp = state.Timestamp,
            Name = state.Name,
            UserId = state.UserId,
            SessionId = state.SessionId,
            Environment = state.Environment,
            Release = state.Release,
            AppVersion = state.AppVersion,
            Tags = state.Tags,
            Metadata = state.Metadata,
            InputPreview = state.InputPreview,
            OutputPreview = state.OutputPreview,
            Input = state.Input,
            Output = state.Output,
            IsPublic = state.IsPublic,
            ExternalId = state.ExternalId,
            SharedMetadata = state.SharedMetadata,

            // Last, because setting a property marks its field.
            Fields = state.Fields,
            FieldVersions = DecodeFieldVersions(state.FieldVersions),
            KeyVersions = FromState(state.Keys),
        };
        return new OwnTrace(own, state.ContentDay);
    }

    private static KeyState[]? ToState(KeyVersions? versions)
    {
        if (versions is null)
            return null;
        var states = new List<KeyState>();
        var path = new List<string>();
        var shared = 0;
        Add(versions);
        return [.. states];

        void Add(KeyVersions versions)
        {
            if (versions.Version is { } version)
            {
                states.Add(new KeyState(shared, string.Concat(path.Skip(shared)), version.Class, version.EventTime, version.Sequence, versions.HiddenJson));
                shared = path.Count;
            }

            foreach (var (key, below) in versions.Keys ?? [])
            {
                path.Add("/" + key);
                Add(below);
                path.RemoveAt(path.Count - 1);
                shared = Math.Min(shared, path.Count);
            }
        }
    }

    private static KeyVersions? FromState(KeyState[]? states)
    {
        if (states is null)
            return null;
        var path = new List<KeyVersions> { new() };
        foreach (var state in states)
        {
            path.RemoveRange(state.Shared + 1, path.Count - state.Shared - 1);
            foreach (var key in state.Path.Split('/').Skip(1))
                path.Add(path[^1].Below(key) ?? path[^1].Add(key, new KeyVersions()));
            path[^1].Version = new UpdateVersion(state.Class, state.Time, state.Sequence);
            path[^1].HiddenJson = state.Hidden;
        }

        return path[0];
    }

    /// <summary>One path (RFC 6901 JSON Pointer), with its first keys left out when they are those of the path before: they may be long, and many.</summary>
    internal sealed record KeyState(
        [property: JsonPropertyName("n")] int Shared,
        [property: JsonPropertyName("p")] string Path,
        [property: JsonPropertyName("c")] byte Class,
        [property: JsonPropertyName("t")] long Time,
        [property: JsonPropertyName("s")] long Sequence,
        [property: JsonPropertyName("h")] string? Hidden);

    internal sealed class TraceState
    {
        public ulong Fields { get; init; }

        public byte Class { get; init; }

        public long Time { get; init; }

        public long Sequence { get; init; }

        public byte[]? FieldVersions { get; init; }

        public KeyState[]? Keys { get; init; }

        public long? Timestamp { get; init; }

        public string? Name { get; init; }

        public string? UserId { get; init; }

        public string? SessionId { get; init; }

        public string? Environment { get; init; }

        public string? Release { get; init; }

        public string? AppVersion { get; init; }

        public string[]? Tags { get; init; }

        public byte[]? Metadata { get; init; }

        public string? InputPreview { get; init; }

        public string? OutputPreview { get; init; }

        /// <summary>Where input and output are.</summary>
        public int? ContentDay { get; init; }

        /// <summary>Of traces that were last written when input and output lay here.</summary>
        public byte[]? Input { get; init; }

        /// <summary>As <see cref="Input"/>.</summary>
        public byte[]? Output { get; init; }

        public bool? IsPublic { get; init; }

        public string? ExternalId { get; init; }

        public byte[]? SharedMetadata { get; init; }
    }

    [JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonSerializable(typeof(TraceState))]
    [JsonSerializable(typeof(KeyState[]))]
    private sealed partial class StateContext : JsonSerializerContext;
}
