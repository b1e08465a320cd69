using System.Data.Common;

namespace TraceDashboard.Core.Storage;

internal enum ColumnType
{
    Int16,
    Int32,
    Int64,
    Text,
    Boolean,
    Blob,
    Double,
}

/// <summary>How the bulk writer writes one table.</summary>
/// <param name="Key">The columns of the primary key, which come first.</param>
/// <param name="KeepGreatest">A column of which the greater value stays when the row is there already; null when the new row replaces it.</param>
/// <param name="Indexed">The columns outside the key that an index reads, its condition included.</param>
/// <param name="Version">Columns that must be greater, in this order, for the new row to replace the one that is there; null when it always does.</param>
internal sealed record Table<T>(
    string Name, string[] Key, (string Name, ColumnType Type)[] Columns, Action<T, RowSink> Write, string? KeepGreatest = null, string[]? Version = null, string[]? Indexed = null)
{
    /// <summary>The select list of the table, called <c>t</c>, in the order of its columns.</summary>
    public string Select { get; } = string.Join(", ", Columns.Select(c => $"t.{c.Name}"));

    /// <summary>Ends an upsert; the same on both databases.</summary>
    public string OnlyNewer => Version is null ? "" : $" WHERE ({string.Join(", ", Version.Select(c => "excluded." + c))}) > ({string.Join(", ", Version.Select(c => $"{Name}.{c}"))})";
}

/// <summary>The tables that the bulk writer writes, with their columns in one place for both databases.</summary>
internal static partial class Tables
{
    public static readonly Table<SpanRow> Spans = new(
        "spans",
        ["trace_no", "span_id"],
        [
            ("trace_no", ColumnType.Int64), ("span_id", ColumnType.Text), ("project_id", ColumnType.Int32), ("parent_span_id", ColumnType.Text),
            ("name", ColumnType.Text), ("kind", ColumnType.Int16), ("status", ColumnType.Int16), ("status_message", ColumnType.Text),
            ("error_type", ColumnType.Text), ("start_time", ColumnType.Int64), ("end_time", ColumnType.Int64), ("first_token_time", ColumnType.Int64),
            ("provider", ColumnType.Text), ("request_model", ColumnType.Text), ("response_model", ColumnType.Text), ("response_id", ColumnType.Text),
            ("tokens_input", ColumnType.Int64), ("tokens_cache_read", ColumnType.Int64), ("tokens_cache_write_5m", ColumnType.Int64),
            ("tokens_cache_write_1h", ColumnType.Int64), ("tokens_output", ColumnType.Int64), ("tokens_reasoning", ColumnType.Int64),
            ("tokens_input_audio", ColumnType.Int64), ("tokens_output_audio", ColumnType.Int64), ("tokens_input_image", ColumnType.Int64),
            ("tokens_output_image", ColumnType.Int64), ("tokens_unsplit", ColumnType.Int64), ("usage_other", ColumnType.Text), ("usage_rule", ColumnType.Int16), ("reported_cost", ColumnType.Int64), ("cost", ColumnType.Int64),
            ("cost_source", ColumnType.Int16), ("price_key", ColumnType.Text), ("streaming", ColumnType.Boolean), ("finish_reason", ColumnType.Text),
            ("service_tier", ColumnType.Text), ("tool_name", ColumnType.Text), ("tool_call_id", ColumnType.Text), ("agent_name", ColumnType.Text),
            ("prompt_name", ColumnType.Text), ("prompt_version", ColumnType.Text), ("service_name", ColumnType.Text), ("counted", ColumnType.Boolean),
            ("layers", ColumnType.Text), ("received_at", ColumnType.Int64), ("content_day", ColumnType.Int32), ("fields", ColumnType.Int64), ("version_class", ColumnType.Int16),
            ("version_time", ColumnType.Int64), ("version_sequence", ColumnType.Int64), ("field_versions", ColumnType.Blob), ("last_hash", ColumnType.Int64),
        ],
        static (row, sink) =>
        {
            sink.Int64(row.TraceNo);
            sink.Text(row.SpanId);
            sink.Int32(row.ProjectId);
            sink.Text(row.ParentSpanId);
            sink.Text(row.Name);
            sink.Int16(row.Kind);
            sink.Int16(row.Status);
            sink.Text(row.StatusMessage);
            sink.Text(row.ErrorType);
            sink.Int64(row.StartTime);
            sink.Int64(row.EndTime);
            sink.Int64(row.FirstTokenTime);
            sink.Text(row.Provider);
            sink.Text(row.RequestModel);
            sink.Text(row.ResponseModel);
            sink.Text(row.ResponseId);
            sink.Int64(row.TokensInput);
            sink.Int64(row.TokensCacheRead);
            sink.Int64(row.TokensCacheWrite5m);
            sink.Int64(row.TokensCacheWrite1h);
            sink.Int64(row.TokensOutput);
            sink.Int64(row.TokensReasoning);
            sink.Int64(row.TokensInputAudio);
            sink.Int64(row.TokensOutputAudio);
            sink.Int64(row.TokensInputImage);
            sink.Int64(row.TokensOutputImage);
            sink.Int64(row.TokensUnsplit);
            sink.Text(row.UsageOther);
            sink.Int16(row.UsageRule);
            sink.Int64(row.ReportedCost);
            sink.Int64(row.Cost);
            sink.Int16(row.CostSource);
            sink.Text(row.PriceKey);
            sink.Boolean(row.Streaming);
            sink.Text(row.FinishReason);
            sink.Text(row.ServiceTier);
            sink.Text(row.ToolName);
            sink.Text(row.ToolCallId);
            sink.Text(row.AgentName);
            sink.Text(row.PromptName);
            sink.Text(row.PromptVersion);
            sink.Text(row.ServiceName);
            sink.Boolean(row.Counted);
            sink.Text(row.Layers);
            sink.Int64(row.ReceivedAt);
            sink.Int32(row.ContentDay);
            sink.Int64(row.Fields);
            sink.Int16(row.VersionClass);
            sink.Int64(row.VersionTime);
            sink.Int64(row.VersionSequence);
            sink.Blob(row.FieldVersions);
            sink.Int64(row.LastHash);
        },
        Indexed: ["project_id", "start_time"]);

    public static readonly Table<ContentWrite> Contents = new(
        "span_contents",
        ["trace_no", "span_id", "content_day"],
        [
            ("trace_no", ColumnType.Int64), ("span_id", ColumnType.Text), ("content_day", ColumnType.Int32), ("input", ColumnType.Text),
            ("output", ColumnType.Text), ("attributes", ColumnType.Text), ("attribute_versions", ColumnType.Text), ("events", ColumnType.Text),
            ("links", ColumnType.Text), ("resource", ColumnType.Text), ("origin", ColumnType.Text),
        ],
        static (write, sink) =>
        {
            sink.Int64(write.TraceNo);
            sink.Text(write.SpanId);
            sink.Int32(write.ContentDay);
            sink.Utf8(write.Input);
            sink.Utf8(write.Output);
            sink.Utf8(write.Attributes);
            sink.Utf8(MergeStateCodec.Encode(write.AttributeVersions));
            sink.Utf8(write.Events);
            sink.Utf8(write.Links);
            sink.Utf8(write.Resource);
            sink.Utf8(write.Origin);
        });

    public static readonly Table<SpanChunkRow> Chunks = new(
        "span_chunks",
        ["trace_no", "span_id", "sequence"],
        [("trace_no", ColumnType.Int64), ("span_id", ColumnType.Text), ("sequence", ColumnType.Int64), ("text", ColumnType.Text)],
        static (row, sink) =>
        {
            sink.Int64(row.TraceNo);
            sink.Text(row.SpanId);
            sink.Int64(row.Sequence);
            sink.Text(row.Text);
        },
        KeepGreatest: "text");

    /// <summary>The same, for pieces of which something was taken out.</summary>
    public static readonly Table<SpanChunkRow> ReplacedChunks = Chunks with { KeepGreatest = null };

    public static readonly Table<TraceRow> Traces = new(
        "traces",
        ["trace_no"],
        [
            ("trace_no", ColumnType.Int64), ("project_id", ColumnType.Int32), ("trace_id", ColumnType.Text), ("name", ColumnType.Text),
            ("user_id", ColumnType.Text), ("session_id", ColumnType.Text), ("environment", ColumnType.Text), ("release", ColumnType.Text),
            ("app_version", ColumnType.Text), ("tags", ColumnType.Text), ("input_preview", ColumnType.Text), ("output_preview", ColumnType.Text),
            ("start_time", ColumnType.Int64), ("order_time", ColumnType.Int64), ("end_time", ColumnType.Int64), ("status", ColumnType.Int16), ("span_count", ColumnType.Int32),
            ("open_span_count", ColumnType.Int32), ("error_count", ColumnType.Int32), ("model_calls", ColumnType.Int32), ("unpriced_calls", ColumnType.Int32),
            ("tokens_in", ColumnType.Int64), ("tokens_cached", ColumnType.Int64), ("tokens_out", ColumnType.Int64), ("tokens_unsplit", ColumnType.Int64), ("cost", ColumnType.Int64),
            ("ttft", ColumnType.Int64), ("model", ColumnType.Text), ("models", ColumnType.Text), ("provider", ColumnType.Text),
            ("search_text", ColumnType.Text), ("metadata", ColumnType.Text), ("own_state", ColumnType.Blob), ("stale", ColumnType.Boolean),
            ("version", ColumnType.Int64), ("received_at", ColumnType.Int64), ("last_activity", ColumnType.Int64),
        ],
        static (row, sink) =>
        {
            sink.Int64(row.TraceNo);
            sink.Int32(row.ProjectId);
            sink.Text(row.TraceId);
            sink.Text(row.Name);
            sink.Text(row.UserId);
            sink.Text(row.SessionId);
            sink.Text(row.Environment);
            sink.Text(row.Release);
            sink.Text(row.AppVersion);
            sink.Text(row.Tags);
            sink.Text(row.InputPreview);
            sink.Text(row.OutputPreview);
            sink.Int64(row.StartTime);
            sink.Int64(row.OrderTime);
            sink.Int64(row.EndTime);
            sink.Int16(row.Status);
            sink.Int32(row.SpanCount);
            sink.Int32(row.OpenSpanCount);
            sink.Int32(row.ErrorCount);
            sink.Int32(row.ModelCalls);
            sink.Int32(row.UnpricedCalls);
            sink.Int64(row.TokensIn);
            sink.Int64(row.TokensCached);
            sink.Int64(row.TokensOut);
            sink.Int64(row.TokensUnsplit);
            sink.Int64(row.Cost);
            sink.Int64(row.Ttft);
            sink.Text(row.Model);
            sink.Text(row.Models);
            sink.Text(row.Provider);
            sink.Text(row.SearchText);
            sink.Text(row.Metadata);
            sink.Blob(row.OwnState);
            sink.Boolean(row.Stale);
            sink.Int64(row.Version);
            sink.Int64(row.ReceivedAt);
            sink.Int64(row.LastActivity);
        },
        Indexed: ["project_id", "start_time", "order_time", "user_id", "session_id", "stale"]);

    public static readonly Table<MetadataValueRow> Metadata = new(
        "metadata_values",
        ["trace_no", "key"],
        [("trace_no", ColumnType.Int64), ("key", ColumnType.Text), ("project_id", ColumnType.Int32), ("value", ColumnType.Text)],
        static (row, sink) =>
        {
            sink.Int64(row.TraceNo);
            sink.Text(row.Key);
            sink.Int32(row.ProjectId);
            sink.Text(row.Value);
        });

    public static SpanRow ReadSpan(DbDataReader reader)
    {
        var c = new RowReader(reader);
        return new SpanRow
        {
            TraceNo = c.Int64(),
            SpanId = c.Text()!,
            ProjectId = c.Int32(),
            ParentSpanId = c.Text(),
            Name = c.Text(),
            Kind = c.Int16(),
            Status = c.Int16(),
            StatusMessage = c.Text(),
            ErrorType = c.Text(),
            StartTime = c.NullableInt64(),
            EndTime = c.NullableInt64(),
            FirstTokenTime = c.NullableInt64(),
            Provider = c.Text(),
            RequestModel = c.Text(),
            ResponseModel = c.Text(),
            ResponseId = c.Text(),
            TokensInput = c.NullableInt64(),
            TokensCacheRead = c.NullableInt64(),
            TokensCacheWrite5m = c.NullableInt64(),
            TokensCacheWrite1h = c.NullableInt64(),
            TokensOutput = c.NullableInt64(),
            TokensReasoning = c.NullableInt64(),
            TokensInputAudio = c.NullableInt64(),
            TokensOutputAudio = c.NullableInt64(),
            TokensInputImage = c.NullableInt64(),
            TokensOutputImage = c.NullableInt64(),
            TokensUnsplit = c.NullableInt64(),
            UsageOther = c.Text(),
            UsageRule = c.NullableInt16(),
            ReportedCost = c.NullableInt64(),
            Cost = c.NullableInt64(),
            CostSource = c.Int16(),
            PriceKey = c.Text(),
            Streaming = c.NullableBoolean(),
            FinishReason = c.Text(),
            ServiceTier = c.Text(),
            ToolName = c.Text(),
            ToolCallId = c.Text(),
            AgentName = c.Text(),
            PromptName = c.Text(),
            PromptVersion = c.Text(),
            ServiceName = c.Text(),
            Counted = c.Boolean(),
            Layers = c.Text(),
            ReceivedAt = c.Int64(),
            ContentDay = c.Int32(),
            Fields = c.Int64(),
            VersionClass = c.Int16(),
            VersionTime = c.Int64(),
            VersionSequence = c.Int64(),
            FieldVersions = c.Blob(),
            LastHash = c.Int64(),
        };
    }

    public static TraceRow ReadTrace(DbDataReader reader)
    {
        var c = new RowReader(reader);
        return new TraceRow
        {
            TraceNo = c.Int64(),
            ProjectId = c.Int32(),
            TraceId = c.Text()!,
            Name = c.Text(),
            UserId = c.Text(),
            SessionId = c.Text(),
            Environment = c.Text()!,
            Release = c.Text(),
            AppVersion = c.Text(),
            Tags = c.Text(),
            InputPreview = c.Text(),
            OutputPreview = c.Text(),
            StartTime = c.Int64(),
            OrderTime = c.Int64(),
            EndTime = c.NullableInt64(),
            Status = c.Int16(),
            SpanCount = c.Int32(),
            OpenSpanCount = c.Int32(),
            ErrorCount = c.Int32(),
            ModelCalls = c.Int32(),
            UnpricedCalls = c.Int32(),
            TokensIn = c.NullableInt64(),
            TokensCached = c.NullableInt64(),
            TokensOut = c.NullableInt64(),
            TokensUnsplit = c.NullableInt64(),
            Cost = c.NullableInt64(),
            Ttft = c.NullableInt64(),
            Model = c.Text(),
            Models = c.Text(),
            Provider = c.Text(),
            SearchText = c.Text(),
            Metadata = c.Text(),
            OwnState = c.Blob(),
            Stale = c.Boolean(),
            Version = c.Int64(),
            ReceivedAt = c.Int64(),
            LastActivity = c.Int64(),
        };
    }

    public static SpanContentRow ReadContent(DbDataReader reader)
    {
        var c = new RowReader(reader);
        return new SpanContentRow
        {
            TraceNo = c.Int64(),
            SpanId = c.Text()!,
            ContentDay = c.Int32(),
            Input = c.Text(),
            Output = c.Text(),
            Attributes = c.Text(),
            AttributeVersions = c.Text(),
            Events = c.Text(),
            Links = c.Text(),
            Resource = c.Text(),
            Origin = c.Text(),
        };
    }

    /// <summary>Reads columns one after another.</summary>
    private struct RowReader(DbDataReader reader)
    {
        private int _ordinal;

        public long Int64() => reader.GetInt64(_ordinal++);

        public int Int32() => reader.GetInt32(_ordinal++);

        public short Int16() => reader.GetInt16(_ordinal++);

        public bool Boolean() => reader.GetBoolean(_ordinal++);

        public string? Text() => reader.IsDBNull(_ordinal) ? Null<string>() : reader.GetString(_ordinal++);

        public long? NullableInt64() => reader.IsDBNull(_ordinal) ? Null<long?>() : reader.GetInt64(_ordinal++);

        public short? NullableInt16() => reader.IsDBNull(_ordinal) ? Null<short?>() : reader.GetInt16(_ordinal++);

        public bool? NullableBoolean() => reader.IsDBNull(_ordinal) ? Null<bool?>() : reader.GetBoolean(_ordinal++);

        public byte[]? Blob() => reader.IsDBNull(_ordinal) ? Null<byte[]>() : reader.GetFieldValue<byte[]>(_ordinal++);

        private T? Null<T>()
        {
            _ordinal++;
            return default;
        }
    }
}
